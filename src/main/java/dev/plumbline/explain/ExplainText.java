package dev.plumbline.explain;

import dev.plumbline.compile.Examined;
import dev.plumbline.explain.Explained.OfFirewall;
import dev.plumbline.explain.Explained.OfRoute;
import dev.plumbline.explain.Explained.OfRule;
import dev.plumbline.history.Commit;
import dev.plumbline.state.FibResult;
import dev.plumbline.state.Link;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Route;
import java.io.PrintWriter;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** Explanations as people read them in a terminal. */
public final class ExplainText implements Explanation {

    private final PrintWriter out;
    private final Records records;
    private final Makers makers;
    private final Map<Long, String> tableNames;
    private final DateTimeFormatter when;
    private int width;

    /**
     * @param tableNames {@code rt_tables}
     * @param zone of the times that are shown
     */
    public ExplainText(PrintWriter out, Records records, Makers makers, Map<String, Long> tableNames, ZoneId zone) {
        this.out = out;
        this.records = records;
        this.makers = makers;
        this.tableNames = tableNames.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey, (one, other) -> one));
        when = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(zone);
    }

    @Override
    public void group(String netns, String document, Optional<String> remark) {
        var origin = records.origin(document);
        width = origin.map(each -> name(each.file()).length() + 7).orElse(0);
        var head = document.isEmpty() ? "Ours by its mark; no document on record" : document
                + origin.map(each -> "  " + each.position()).orElse("") + said(document);
        out.println(head + (netns.equals("host") ? "" : "  (namespace " + netns + ")"));
        remark.ifPresent(each -> out.println("  " + each));
    }

    private String said(String document) {
        return records.record(document).map(each -> "  since " + when.format(each.since())
                + each.commit().map(commit -> ", commit " + text(commit)).orElse("")).orElse("");
    }

    private static String text(Commit commit) {
        return commit.shortId() + " \"" + commit.subject() + "\" by " + commit.author();
    }

    @Override
    public void listed(Explained each) {
        var position = each.owner().origin().map(at -> name(at.file()) + (at.line() == 0 ? "" : ":" + at.line()))
                .orElse("");
        out.append("  ").append(position).append(" ".repeat(Math.max(0, width - position.length())))
                .append(position.isEmpty() && width == 0 ? "" : "  ").append(each.object().resource()).append(' ')
                .append(each.object().text()).append(remark(each.owner())).append('\n');
    }

    /** Without its folders, which the head of the group has. */
    private static String name(String file) {
        return file.substring(file.lastIndexOf('/') + 1);
    }

    private static String remark(Owner owner) {
        var standing = switch (owner.standing()) {
            case CHANGED -> "    # not as the document says";
            case WAITING -> "    # the document waits";
            default -> "";
        };
        return standing + owner.taken().map(each -> "    # " + each).orElse("");
    }

    @Override
    public void single(Explained each, Examined examined, Owners owners, Optional<Commit> line) {
        var owner = each.owner();
        out.println(each.object().resource() + " " + each.object().text()
                + (each.netns().equals("host") ? "" : "  (namespace " + each.netns() + ")"));
        out.println("  " + whose(each));
        if (owner.standing().isOurs() && owner.origin().isPresent()) {
            var said = said(owner.document());
            if (!said.isEmpty()) {
                out.println("  " + said.strip());
            }
            line.ifPresent(commit -> out.println("  the line was last changed at " + when.format(commit.at())
                    + " in commit " + text(commit)));
        }
        owner.taken().ifPresent(taken -> out.println("  " + taken));
        table(each).ifPresent(number -> tableLine(number, examined, owners));
    }

    private String whose(Explained each) {
        var owner = each.owner();
        var at = owner.origin().map(ExplainText::at).orElse("");
        return switch (owner.standing()) {
            case AS_INTENDED -> "ours: " + at;
            case CHANGED -> "ours, but not as the document says: " + at;
            case WAITING -> "ours, kept while the document waits: " + at;
            case UNRECORDED -> "ours by its mark; no document on record";
            case FOREIGN -> foreign(each);
            case IN_PLACE -> foreign(each) + "; it stands where " + at + " wants another";
        };
    }

    private String foreign(Explained each) {
        var protocol = each.object().protocol();
        return "not plumbline's" + (protocol.isEmpty() ? "" : "; protocol " + makers.name(protocol.getAsInt()) + ": "
                + makers.words(protocol.getAsInt()));
    }

    private static String at(Origin origin) {
        return origin.document() + (origin.file().isEmpty() ? "" : " at " + origin.position());
    }

    private static OptionalLong number(Explained each) {
        return switch (each.object()) {
            case OfRoute(var route) -> OptionalLong.of(route.table());
            case OfRule(var rule) -> rule.table();
            case OfFirewall _, Explained.OfLink _, Explained.OfSysctl _ -> OptionalLong.empty();
        };
    }

    private static Optional<Long> table(Explained each) {
        var number = number(each);
        return number.isPresent() ? Optional.of(number.getAsLong()) : Optional.empty();
    }

    private void tableLine(long table, Examined examined, Owners owners) {
        var documents = owners.documentsOf(table);
        var vrf = examined.live().links().stream().filter(link -> link.vrfTable().isPresent()
                && link.vrfTable().get() == table).map(Link::name).findFirst();
        var named = Route.tableName(table);
        var name = named.equals(Long.toString(table)) ? tableNames.get(table) : named;
        if (!documents.isEmpty() || vrf.isPresent() || name != null && !name.equals(named)) {
            out.println("  table " + table + (name == null ? "" : " (" + name + ")")
                    + (documents.isEmpty() ? "" : ": of " + String.join(", ", documents))
                    + vrf.map(device -> ": of the VRF " + device).orElse(""));
        }
    }

    @Override
    public void moved(String netns, Owners.Moved moved) {
        out.println("route " + moved.route() + (netns.equals("host") ? "" : "  (namespace " + netns + ")"));
        out.println("  is not there now: " + moved.origin().map(ExplainText::at).orElse(moved.document())
                + " moved it away");
    }

    @Override
    public void decision(Decision decision) {
        out.println(decision.flow() + ": " + decision.result());
        if (!decision.isAccountedFor()) {
            out.println("by rules and routes alone: " + decision.byRules()
                    + (decision.byRules() instanceof FibResult.Found && !decision.flow().iif().isEmpty()
                            ? "; the kernel refuses it, because it does not forward there or does not take the source"
                            : ""));
        }
    }

    @Override
    public void end() {
        out.flush();
    }
}
