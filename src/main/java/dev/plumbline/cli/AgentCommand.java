package dev.plumbline.cli;

import dev.plumbline.agent.Agent;
import dev.plumbline.agent.HostControl;
import dev.plumbline.agent.HostWork;
import dev.plumbline.agent.ServiceNotification;
import dev.plumbline.agent.Settings;
import dev.plumbline.cni.CniEndpoint;
import dev.plumbline.cni.CniSettings;
import dev.plumbline.configuration.Configuration;
import dev.plumbline.host.OpenStore;
import dev.plumbline.host.Report;
import dev.plumbline.host.Unattended;
import dev.plumbline.netlink.NetworkNamespace;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Model.OptionSpec;

/** {@code plumbline agent}: the loop, kept warm. */
final class AgentCommand extends Subcommand {

    /** The control socket, in the state directory. */
    static final String SOCKET = "agent.sock";

    /** Others who apply are waited for; what then is still locked is tried again. */
    private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(30);
    /** How long one piece of work may take before systemd's watchdog ends the agent: the largest hosts take minutes. */
    private static final Duration HUNG = Duration.ofMinutes(15);

    private final InputOptions input = new InputOptions(this);
    private volatile CniSettings cni = CniSettings.of(Configuration.DEFAULT, Configuration.STATE_DIRECTORY,
            VersionCommand.version());
    private final OptionSpec sockets = HookCommand.sockets(this);

    AgentCommand() {
        super("Keep the network true: look for new intents, and put right at once what somebody changes.",
                "Stays in the foreground, for systemd (plumbline-agent.service). SIGHUP reads plumbline.yaml again;"
                        + " SIGTERM ends it once the apply of the moment is done. `plumbline status` shows how it"
                        + " fares.");
    }

    @Override
    public Integer call() throws IOException {
        Privileges.requireNetAdmin("agent");
        var log = new JournalLines(err());
        var invocation = Caller.invocation(this);
        Path directory = input.state().directory();
        OpenStore.open(directory, invocation, Duration.ZERO).close();
        var exported = new ExportedMetrics(directory, log);
        var pushes = new ServedPushes(sockets.getValue(), directory, HookCommand.receiver(this, input.state()), log);
        var work = new HostWork(() -> load(pushes), report -> {
            log.print(report.lines());
            exported.write(input.state().configuration().metrics());
        }, line -> log.print(List.of(line)));
        var attached = new AtomicReference<Runnable>(() -> { });
        try (pushes; var _ = exported.listen(input.state().configuration().metrics())) {
            var agent = new Agent(NetworkNamespace.current(), directory.resolve(SOCKET), work, loop -> {
                attached.set(loop::attachmentsChanged);
                return new HostControl(loop, directory, invocation);
            }, ServiceNotification.of(System.getenv()));
            try (var _ = CniEndpoint.listen(directory, () -> cni, attached.get())) {
                agent.run();
            }
        }
        log.print(List.of(new Report.Line(Report.Priority.INFO, "stopped")));
        return Plumbline.DONE;
    }

    private HostWork.Loaded load(ServedPushes pushes) {
        input.state().forget();
        pushes.look();
        cni = CniSettings.of(input.state().configuration(), input.state().directory(), VersionCommand.version());
        return new HostWork.Loaded(new Unattended(input.settings(), Caller.invocation(this), LOCK_TIMEOUT),
                settings(input.state().configuration().agent()));
    }

    private static Settings settings(Configuration.Agent agent) {
        return new Settings(agent.poll(), agent.drift(), agent.jitter() / 100.0, agent.retryFirst(), agent.retryMost(),
                agent.corrections(), agent.window(), HUNG);
    }
}
