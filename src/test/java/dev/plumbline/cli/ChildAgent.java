package dev.plumbline.cli;

import dev.plumbline.configuration.ConfigurationReader;
import dev.plumbline.host.Invocation;
import dev.plumbline.host.Place;
import dev.plumbline.host.Settings;
import dev.plumbline.intent.HostFilter;
import dev.plumbline.push.PushReceiver;
import dev.plumbline.push.PushServer;
import dev.plumbline.push.PushSocket;
import dev.plumbline.source.GitAccess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** A process that takes pushes for as long as it lives, as the agent does: with plumbline.yaml as its argument. */
final class ChildAgent {

    private ChildAgent() {
    }

    public static void main(String[] arguments) throws Exception {
        var configuration = ConfigurationReader.read(Path.of(arguments[0]));
        var receiver = new PushReceiver(configuration.stateDirectory(), location -> new Settings(
                configuration.stateDirectory(), new Place.Git(location, GitAccess.anonymous(), Optional.empty()),
                new HostFilter(configuration.host().name().orElseThrow(), configuration.host().labels()),
                configuration.allowedGuards(), configuration.drift(), configuration.variables()),
                new Invocation("root", ProcessHandle.current().pid(), "plumbline agent", "test"), Duration.ofSeconds(30));
        try (var _ = PushServer.listen(PushSocket.DIRECTORY, receiver)) {
            System.out.println("ready");
            Thread.sleep(Duration.ofMinutes(10));
        }
    }
}
