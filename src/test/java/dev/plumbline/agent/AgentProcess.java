package dev.plumbline.agent;

import dev.plumbline.kernel.watch.Interests;
import dev.plumbline.netlink.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A program of its own: an agent whose work is to keep one rule in a namespace, by {@code ip}. Arguments: the
 * namespace's name and a directory, where files ask for things: {@code hang} has the work never end, {@code slow} take
 * a second.
 */
final class AgentProcess {

    static final String RULE = "from 10.0.0.0/8 lookup 110 protocol 157";

    private static final AtomicBoolean SUSPENDED = new AtomicBoolean();

    private AgentProcess() {
    }

    /** Runs until it is told to stop. */
    public static void main(String[] arguments) throws IOException {
        var directory = Path.of(arguments[1]);
        try {
            new Agent(NetworkNamespace.named(arguments[0]), directory.resolve("agent.sock"),
                    new OneRule(arguments[0], directory), Asked::new,
                    ServiceNotification.of(System.getenv())).run();
        } catch (IOException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private record OneRule(String namespace, Path directory) implements Work {

        @Override
        public Outcome poll(Cause cause) {
            return Outcome.NOTHING;
        }

        @Override
        public Outcome correct(Cause cause) {
            try {
                while (Files.exists(directory.resolve("hang"))) {
                    Thread.sleep(50);
                }
                boolean missing = !ip("rule", "show", "pref", "1000").contains("lookup 110");
                if (missing) {
                    ip(("rule add pref 1000 " + RULE).split(" "));
                }
                if (Files.exists(directory.resolve("slow"))) {
                    Files.createFile(directory.resolve("began"));
                    Thread.sleep(1000);
                    Files.createFile(directory.resolve("ended"));
                }
                return new Outcome(missing ? List.of("rule 1000") : List.of(), Optional.empty(),
                        Optional.of(List.of(new Interests(Interests.HOST, Map.of(), Set.of(110L), Map.of()))),
                        Optional.<Instant>empty());
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private String ip(String... words) throws IOException, InterruptedException {
            var command = new java.util.ArrayList<>(List.of("ip", "-n", namespace));
            command.addAll(List.of(words));
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            var text = new String(process.getInputStream().readAllBytes());
            process.waitFor();
            return text;
        }

        @Override
        public Outcome reload() {
            return Outcome.NOTHING;
        }

        @Override
        public void fighting(List<Fight> fights) {
            System.err.println("fighting: " + fights.getFirst().object());
        }

        @Override
        public Settings settings() {
            var usual = Settings.DEFAULT;
            return new Settings(usual.poll(), usual.correct(), usual.jitter(), usual.firstRetry(), usual.lastRetry(),
                    usual.corrections(), usual.window(), Duration.ofSeconds(2));
        }
    }

    private record Asked(AgentLoop loop) implements AgentControl {

        @Override
        public String status() {
            var status = loop.status();
            return "{\"suspended\":" + SUSPENDED.get() + ",\"fights\":\""
                    + status.fights().stream().map(Fight::object).toList() + "\",\"watch\":\""
                    + status.watchFailure().orElse("") + "\"}\n";
        }

        @Override
        public String trigger(boolean wait) {
            if (SUSPENDED.get()) {
                throw new IllegalStateException("suspended");
            }
            var triggered = loop.trigger();
            return wait ? "{\"changed\":\"" + triggered.join().correct().changed() + "\"}\n" : "{}\n";
        }

        @Override
        public void suspend() {
            SUSPENDED.set(true);
        }

        @Override
        public void resume() {
            SUSPENDED.set(false);
        }
    }
}
