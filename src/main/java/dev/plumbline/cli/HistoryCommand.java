package dev.plumbline.cli;

import dev.plumbline.history.HistoryEntry;
import dev.plumbline.history.HistoryJson;
import dev.plumbline.history.HistoryText;
import dev.plumbline.store.Store;
import dev.plumbline.store.StoreView;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code plumbline history}: what was applied when, by whom, and what became of it. */
final class HistoryCommand extends Subcommand {

    private final StateOptions state = new StateOptions(this);
    private final OptionSpec most = option(OptionSpec.builder("-n", "--limit").paramLabel("N").type(int.class)
            .defaultValue("20").description("List the newest N entries (default: ${DEFAULT-VALUE})."));
    private final BooleanSupplier json = flag("--json",
            "Print JSON, after schemas/history.schema.json.");

    HistoryCommand() {
        super("List what was applied when, by whom, and what became of it.",
                "The newest " + StoreView.HISTORY_KEPT + " entries are kept. An apply that had nothing to do makes"
                        + " none.");
        spec().addSubcommand("show", new Show().spec());
    }

    @Override
    public Integer call() {
        try (var store = Store.openReadOnly(state.directory(), VersionCommand.version())) {
            store.unavailable().ifPresent(why -> err().println("plumbline: there is no history: " + why));
            var entries = store.history(Math.max(0, most.<Integer>getValue()));
            if (json.getAsBoolean()) {
                HistoryJson.write(entries, false, VersionCommand.version(), out());
            } else if (!entries.isEmpty()) {
                new HistoryText(ZoneId.systemDefault()).table(entries).forEach(out()::println);
            }
            return store.unavailable().isPresent() ? Plumbline.ERROR : Plumbline.DONE;
        }
    }

    /** {@code plumbline history show N}: one entry with its changes. */
    private static final class Show extends Subcommand {

        private final StateOptions state = new StateOptions(this);
        private final BooleanSupplier json = flag("--json",
                "Print JSON, after schemas/history.schema.json.");
        private final PositionalParamSpec number = argument(PositionalParamSpec.builder().paramLabel("N")
                .type(long.class).required(true).description("The entry's number in `plumbline history`."));

        Show() {
            super("Show one entry of the history with its changes.");
        }

        @Override
        public Integer call() {
            Path directory = state.directory();
            long wanted = number.<Long>getValue();
            try (var store = Store.openReadOnly(directory, VersionCommand.version())) {
                HistoryEntry entry = store.historyEntry(wanted).orElseThrow(() -> new CommandException(
                        store.unavailable().map(why -> "there is no history: " + why).orElse("there is no entry "
                                + wanted + "; the newest " + StoreView.HISTORY_KEPT + " are kept")));
                if (json.getAsBoolean()) {
                    HistoryJson.write(List.of(entry), true, VersionCommand.version(), out());
                } else {
                    new HistoryText(ZoneId.systemDefault()).entry(entry).forEach(out()::println);
                }
                return Plumbline.DONE;
            }
        }
    }
}
