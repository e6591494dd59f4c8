package dev.plumbline.cli;

import dev.plumbline.control.UnixServer;
import dev.plumbline.push.PushRoutes;
import java.io.IOException;
import java.nio.channels.SocketChannel;

/** {@code plumbline push-service}: answers one request of a hook, on the connection that systemd took. */
final class PushServiceCommand extends Subcommand {

    private final StateOptions state = new StateOptions(this);

    PushServiceCommand() {
        super("Answer one request of a hook. Started by systemd for plumbline-push.socket.");
        spec().usageMessage().hidden(true);
    }

    @Override
    public Integer call() throws IOException {
        if (!(System.inheritedChannel() instanceof SocketChannel connection)) {
            throw new CommandException("standard input is no connection: this is started by systemd (systemctl enable"
                    + " --now plumbline-push.socket)");
        }
        UnixServer.serve(connection, new PushRoutes(HookCommand.receiver(this, state)));
        return Plumbline.DONE;
    }
}
