package dev.plumbline.cli;

import dev.plumbline.host.AttachmentsJson;
import dev.plumbline.host.StoredAttached;
import dev.plumbline.intent.Attachment;
import dev.plumbline.store.Store;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** {@code plumbline attachments}: the containers' interfaces that runtimes have announced by CNI. */
final class AttachmentsCommand extends Subcommand {

    private static final List<String> HEADINGS =
            List.of("CONTAINER", "INTERFACE", "NETWORK", "TYPE", "NAMESPACE", "ADDRESSES", "TABLE", "ROUTES", "SINCE");

    private final StateOptions state = new StateOptions(this);
    private final BooleanSupplier json = flag("--json",
            "Print JSON, after schemas/attachments.schema.json.");

    AttachmentsCommand() {
        super("List the containers' interfaces that are kept true.",
                "Container runtimes announce them by CNI ADD, and take them away by DEL or GC.");
    }

    @Override
    public Integer call() {
        Path directory = state.directory();
        try (var store = Store.openReadOnly(directory, VersionCommand.version())) {
            store.unavailable().ifPresent(why -> err().println("plumbline: there are no attachments: " + why));
            var attachments = new StoredAttached(store, directory).attachments();
            if (json.getAsBoolean()) {
                AttachmentsJson.write(attachments, VersionCommand.version(), out());
            } else if (!attachments.isEmpty()) {
                table(attachments).forEach(out()::println);
            }
            return store.unavailable().isPresent() ? Plumbline.ERROR : Plumbline.DONE;
        }
    }

    private static List<String> table(List<Attachment> attachments) {
        var when = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());
        var rows = new ArrayList<List<String>>();
        rows.add(HEADINGS);
        attachments.forEach(each -> rows.add(List.of(each.key().container(), each.key().device(),
                each.key().network(), each.key().type(), each.netns(), each.addresses().stream()
                        .map(one -> one.address().toString()).collect(Collectors.joining(",")),
                each.sourceRouting().map(one -> AttachmentsJson.table(one.table())).orElse("-"),
                each.sourceRouting().map(one -> one.routes().name().toLowerCase(Locale.ROOT)).orElse("-"),
                when.format(each.addedAt()))));
        int[] widths = new int[HEADINGS.size()];
        for (var row : rows) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private static String line(List<String> row, int[] widths) {
        var line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            line.append(row.get(column)).repeat(' ', widths[column] - row.get(column).length() + 2);
        }
        return line.toString().stripTrailing();
    }
}
