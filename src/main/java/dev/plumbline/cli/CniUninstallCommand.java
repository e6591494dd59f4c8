package dev.plumbline.cli;

import dev.plumbline.cni.CniSettings;
import dev.plumbline.host.StoredAttached;
import dev.plumbline.intent.Attachment;
import dev.plumbline.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import picocli.CommandLine.Model.OptionSpec;

/** {@code plumbline cni uninstall}. */
final class CniUninstallCommand extends Subcommand {

    private static final int SHOWN = 5;

    private final OptionSpec folder = CniCommand.folder(this);
    private final StateOptions state = new StateOptions(this);

    CniUninstallCommand() {
        super("Take the plugins out of the folder of the container runtime again.",
                "Refused while there are attachments: their runtime could not take them away any more.");
    }

    @Override
    public Integer call() throws IOException {
        var plugins = CniCommand.folder(folder);
        var installed = plugins.installed();
        var attached = attachments().stream().filter(isOf(installed)).toList();
        if (!attached.isEmpty()) {
            throw new CommandException((attached.size() == 1 ? "there is still an attachment: end its container"
                    : "there are still " + attached.size() + " attachments: end their containers") + " first, or say `plumbline destroy`. Nothing was changed", attached.stream().limit(SHOWN)
                            .map(each -> "  " + each.key() + " (network " + each.key().network() + ", type "
                                    + each.key().type() + ")\n").reduce("", String::concat));
        }
        for (var type : installed) {
            boolean kept = plugins.keeps(type);
            plugins.uninstall(type);
            out().println("removed " + plugins.path().resolve(type) + (kept ? ", and gave back what was there before"
                    : ""));
        }
        if (installed.isEmpty()) {
            out().println("there is no plugin of plumbline's in " + plugins.path());
        } else {
            CniSettings.remove(System.getenv());
        }
        return Plumbline.DONE;
    }

    private static Predicate<Attachment> isOf(List<String> types) {
        return each -> types.contains(each.key().type());
    }

    private List<Attachment> attachments() {
        Path directory = state.directory();
        try (var store = Store.openReadOnly(directory, VersionCommand.version())) {
            if (store.unavailable().isPresent() && Files.exists(directory.resolve("state.db"))) {
                throw new CommandException("cannot tell whether there are attachments: " + store.unavailable().get());
            }
            return new StoredAttached(store, directory).attachments();
        }
    }
}
