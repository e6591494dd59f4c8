package dev.plumbline.cli;

import dev.plumbline.apply.TableNames;
import dev.plumbline.compile.Examined;
import dev.plumbline.explain.Decision;
import dev.plumbline.explain.ExplainJson;
import dev.plumbline.explain.ExplainText;
import dev.plumbline.explain.Explained;
import dev.plumbline.explain.Explanation;
import dev.plumbline.explain.Found;
import dev.plumbline.explain.Listing;
import dev.plumbline.explain.Makers;
import dev.plumbline.explain.Owner;
import dev.plumbline.explain.Owners;
import dev.plumbline.explain.Records;
import dev.plumbline.explain.RouteSelection;
import dev.plumbline.explain.RuleSelection;
import dev.plumbline.explain.SelectionException;
import dev.plumbline.history.Commit;
import dev.plumbline.host.Inquiry;
import dev.plumbline.intent.Document;
import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.state.Family;
import dev.plumbline.state.LiveNamespace;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.Sysctl;
import dev.plumbline.state.TableKey;
import java.io.UncheckedIOException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;

/** {@code plumbline explain}: who made what. */
final class ExplainCommand extends Subcommand {

    private static final Pattern FILE = Pattern.compile("(.+?)(?::([0-9]{1,9}))?(?::[0-9]+)?");
    private static final Set<String> SINGLE = Set.of("route", "rule", "link", "sysctl");
    /** For how many objects the history is asked who wrote their lines. */
    private static final int BLAMED = 4;

    private final StateOptions state = new StateOptions(this);
    private final OptionSpec netns = option(OptionSpec.builder("--netns").paramLabel("NAME").type(String.class)
            .description("A name below /run/netns, or a path (default: all on record for the list and for FILE, else"
                    + " the namespace that the command runs in)."));
    private final BooleanSupplier ipv4 = flag("-4", "Only IPv4.");
    private final BooleanSupplier ipv6 = flag("-6", "Only IPv6.");
    private final BooleanSupplier json = flag("--json", "Print JSON, after schemas/explain.schema.json.");
    private final PositionalParamSpec words = argument(PositionalParamSpec.builder().paramLabel("WHAT").index("0..*")
            .arity("0..*").type(List.class).auxiliaryTypes(String.class).description("What to explain (default: all"
                    + " that is plumbline's)."));

    private final Makers makers = new Makers(TableNames.protocols());

    ExplainCommand() {
        super("Say who made an object of the kernel: file, line, document, commit and author, or whose it is.",
                "explain: all that is plumbline's.",
                "explain route 192.168.1.0/24 table 100, explain rule priority 1000: whose they are, in the words of"
                        + " `ip route` and `ip rule`; what is not said may be anything.",
                "explain route get 192.0.2.1 from 10.0.0.1: which rule and route decide, in the words of"
                        + " `ip route get`.",
                "explain link vrf-net1, explain sysctl net.ipv4.ip_forward: likewise.",
                "explain FILE, explain FILE:LINE: what a document made.",
                "Works from the record of what was applied, not from the files as they are now. Needs no root for what"
                        + " the user may read.");
    }

    @Override
    public Integer call() {
        List<String> said = words.getValue();
        var what = said == null ? List.<String>of() : said;
        try (var inquiry = Inquiry.open(state.directory(), VersionCommand.version(),
                state.configuration().variables())) {
            return new Answer(inquiry).to(what) ? Plumbline.DONE : Plumbline.ERROR;
        } catch (SelectionException e) {
            throw new ParameterException(spec().commandLine(), e.getMessage());
        }
    }

    private Optional<Family> family() {
        if (ipv4.getAsBoolean() && ipv6.getAsBoolean()) {
            throw new ParameterException(spec().commandLine(), "-4 and -6 leave nothing");
        }
        return ipv4.getAsBoolean() ? Optional.of(Family.IPV4)
                : ipv6.getAsBoolean() ? Optional.of(Family.IPV6) : Optional.empty();
    }

    /** One question, answered. */
    private final class Answer {
        private final Inquiry inquiry;
        private final Records records;
        private int singles;

        Answer(Inquiry inquiry) {
            this.inquiry = inquiry;
            records = inquiry.records();
        }

        /** Whether there was something to explain. */
        boolean to(List<String> what) {
            var kind = what.isEmpty() ? "" : what.getFirst();
            boolean list = !SINGLE.contains(kind);
            if (list && what.size() > 1) {
                throw new SelectionException("`" + String.join(" ", what) + "`: expected route …, rule …, link NAME,"
                        + " sysctl NAME, FILE or FILE:LINE");
            }
            String only = netns.getValue();
            var namespaces = inquiry.examine(Optional.ofNullable(only)
                    .or(() -> list ? Optional.empty() : Optional.of(KernelNamespace.HOST)));
            var out = json.getAsBoolean()
                    ? new ExplainJson(out(), records, makers, inquiry.unseen(), VersionCommand.version())
                    : new ExplainText(out(), records, makers, TableNames.read(), ZoneId.systemDefault());
            boolean found = list ? list(kind, namespaces, out)
                    : namespaces.size() == 1 && single(kind, what.subList(1, what.size()), namespaces.getFirst(), out);
            out.end();
            inquiry.unseen().forEach(each -> err().println("plumbline: " + each));
            if (!found && kind.isEmpty()) {
                err().println("plumbline: nothing here is plumbline's");
            } else if (!found) {
                err().println("plumbline: " + nothing(what));
            }
            return found || kind.isEmpty();
        }

        private String nothing(List<String> what) {
            return switch (what.getFirst()) {
                case "route" -> "there is no such route; `plumbline explain route get ADDRESS` says which one an"
                        + " address takes";
                case "rule", "link", "sysctl" -> "there is no such " + what.getFirst();
                default -> "nothing that " + what.getFirst() + " says is there now; `plumbline plan` shows what is"
                        + " missing";
            };
        }

        private boolean list(String said, List<Examined> namespaces, Explanation out) {
            if (said.isEmpty()) {
                return list(namespaces, each -> true, records.inOrder(), out);
            }
            var matcher = FILE.matcher(said);
            if (!matcher.matches()) {
                throw new SelectionException("`" + said + "` names no file");
            }
            var file = file(matcher.group(1));
            if (matcher.group(2) == null) {
                return list(namespaces, each -> isFrom(each, file), records.of(file), out);
            }
            int line = Integer.parseInt(matcher.group(2));
            var document = records.at(file, line).orElseThrow();
            boolean ofLine = namespaces.stream().anyMatch(each -> new Owners(each).isSaidAt(file, line));
            return list(namespaces, ofLine ? owner -> isAt(owner, file, line)
                    : owner -> owner.document().equals(document.id()), List.of(document), out);
        }

        private String file(String said) {
            try {
                return records.file(said);
            } catch (SelectionException e) {
                inquiry.unseen().forEach(each -> err().println("plumbline: " + each));
                throw new CommandException(e.getMessage());
            }
        }

        private static boolean isFrom(Owner owner, String file) {
            return owner.origin().filter(each -> each.file().equals(file)).isPresent();
        }

        private static boolean isAt(Owner owner, String file, int line) {
            return isFrom(owner, file) && owner.origin().orElseThrow().line() == line;
        }

        private boolean list(List<Examined> namespaces, Predicate<Owner> wanted, List<Document> documents,
                Explanation out) {
            boolean any = false;
            for (var namespace : namespaces) {
                var listing = new Listing(namespace, new Owners(namespace), wanted);
                var waiting = namespace.compilation().waiting().stream().collect(Collectors.toMap(
                        each -> each.origin().document(), each -> each.message(), (one, other) -> one));
                Set<String> order = new LinkedHashSet<>();
                documents.stream().filter(each -> each.netns().equals(namespace.netns())).map(Document::id)
                        .forEach(order::add);
                listing.documents().stream().filter(each -> !each.isEmpty()).forEach(order::add);
                order.add("");
                for (var document : order) {
                    long size = listing.size(document);
                    any |= size > 0;
                    var remark = Optional.ofNullable(waiting.get(document)).map(why -> "waits: " + why);
                    if (size > 0 || remark.isPresent()) {
                        out.group(namespace.netns(), document, remark);
                        listing.forEach(document, out::listed);
                    }
                }
            }
            return any;
        }

        private boolean single(String kind, List<String> said, Examined namespace, Explanation out) {
            var owners = new Owners(namespace);
            var found = new Found(namespace, owners);
            Consumer<Explained> say = each -> say(each, namespace, owners, out);
            int before = singles;
            switch (kind) {
                case "rule" -> found.rules(RuleSelection.parse(said, Inquiry.tables(List.of(namespace)), makers, family()),
                        say);
                case "link" -> found.link(name(kind, said), say);
                case "sysctl" -> {
                    var path = sysctl(name(kind, said));
                    try (var live = KernelNamespace.open(namespace.netns())) {
                        live.read(new ReadScope(false, Set.of(), Set.of(), false, false, Set.of(path))).sysctls()
                                .forEach((each, value) -> found.sysctl(each, value, say));
                    } catch (UncheckedIOException e) {
                        throw new CommandException("cannot read /proc/sys/" + path + ": " + e.getMessage());
                    }
                }
                default -> {
                    try (var live = KernelNamespace.open(namespace.netns())) {
                        if (!said.isEmpty() && said.getFirst().equals("get")) {
                            var flow = Decision.flow(said.subList(1, said.size()), makers);
                            var decision = Decision.of(namespace.live(), live, flow);
                            out.decision(decision);
                            found.deciding(decision, say);
                            return true;
                        }
                        routes(said, namespace, live, found, say, out);
                    }
                }
            }
            return singles > before;
        }

        private void routes(List<String> said, Examined namespace, LiveNamespace live, Found found,
                Consumer<Explained> say, Explanation out) {
            var selection = RouteSelection.parse(said, Inquiry.tables(List.of(namespace)), makers, family());
            var routes = routes(selection, live);
            found.routes(selection, routes, say);
            found.moved(selection, routes, each -> {
                singles++;
                out.moved(namespace.netns(), each);
            });
        }

        private static String name(String kind, List<String> said) {
            var name = said.size() == 2 && said.getFirst().equals("dev") ? said.subList(1, 2) : said;
            if (name.size() != 1) {
                throw new SelectionException("`" + kind + "` needs one name: " + (kind.equals("link") ? "link vrf-net1"
                        : "sysctl net.ipv4.ip_forward"));
            }
            return name.getFirst();
        }

        /** As {@code sysctl} takes names: with dots, or as a path. */
        private static String sysctl(String said) {
            int slash = said.indexOf('/');
            int dot = said.indexOf('.');
            var path = slash >= 0 && (dot < 0 || slash < dot) ? said : Sysctl.name(said);
            if (!path.startsWith("net/") || path.contains("..")) {
                throw new SelectionException("`" + said + "` is no sysctl of a network namespace: say one like"
                        + " net.ipv4.ip_forward");
            }
            return path;
        }

        private void say(Explained each, Examined namespace, Owners owners, Explanation out) {
            var line = singles++ < BLAMED ? each.owner().origin().filter(_ -> each.owner().standing().isOurs())
                    .flatMap(inquiry::lineCommit) : Optional.<Commit>empty();
            out.single(each, namespace, owners, line);
        }

        /** The tables that are asked for: all if none is named, the kernel's own only where a destination is. */
        private static RouteTables routes(RouteSelection selection, LiveNamespace live) {
            if (!selection.tables().isEmpty()) {
                return live.routes(selection.tables());
            }
            var tables = new TreeMap<>(live.read(ReadScope.ALL).routes().tables());
            if (selection.destination().isPresent()) {
                var local = new ArrayList<TableKey>();
                selection.families().forEach(family -> local.add(new TableKey(family, Route.TABLE_LOCAL)));
                tables.putAll(live.routes(Set.copyOf(local)).tables());
            }
            return new RouteTables(tables);
        }
    }
}
