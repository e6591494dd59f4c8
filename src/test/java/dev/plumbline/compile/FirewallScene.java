package dev.plumbline.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plumbline.intent.Document;
import dev.plumbline.intent.IntentFile;
import dev.plumbline.intent.IntentParser;
import dev.plumbline.intent.Problem;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.Link;
import dev.plumbline.state.LinkAddress;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.firewall.DesiredFirewall;
import dev.plumbline.state.firewall.LiveFirewall;
import dev.plumbline.state.firewall.LiveFirewall.ChainId;
import dev.plumbline.state.firewall.LiveFirewall.LiveRules;
import dev.plumbline.state.firewall.NftText;
import dev.plumbline.state.firewall.TableFamily;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Firewall documents as text, compiled for a host that is made up. */
public final class FirewallScene {

    private static final IntentParser PARSER = new IntentParser();

    public Instant now = Instant.parse("2030-01-01T00:00:00Z");
    public Optional<Map<String, String>> variables = Optional.of(Map.of());
    public final Map<String, List<IpAddress>> attachments = new HashMap<>();
    public final Set<Integer> sessionPorts = new HashSet<>();
    public LiveFirewall live = LiveFirewall.NONE;
    public final List<RoutingRule> rules = new ArrayList<>();
    public final Map<String, dev.plumbline.intent.DriftMode> uncorrected = new HashMap<>();
    public Ledger ledger = Ledger.EMPTY;
    public boolean attended = true;
    private final List<Link> links = new ArrayList<>();
    private final List<LinkAddress> addresses = new ArrayList<>();

    /** A device that is up, with addresses. */
    public FirewallScene link(String name, String... texts) {
        links.add(new Link(links.size() + 1, name, "veth", 1, 1500, OptionalInt.empty(), "", "", Optional.empty()));
        for (var text : texts) {
            var prefix = Prefix.parse(text).orElseThrow();
            addresses.add(new LinkAddress(name, prefix.address(), prefix, 0, 0));
        }
        return this;
    }

    public FirewallScene attachment(String name, String... texts) {
        attachments.put(name, java.util.Arrays.stream(texts).map(each -> IpAddress.parse(each).orElseThrow()).toList());
        return this;
    }

    /** A Firewall document with these lines of rules. */
    public static String firewall(String name, String... lines) {
        return document(name, "rules:\n    - '" + String.join("'\n    - '", lines) + "'");
    }

    /** A Firewall document with this text below its spec, indented by two. */
    public static String document(String name, String spec) {
        return "apiVersion: plumbline.dev/v1\nkind: Firewall\nmetadata: {name: " + name + "}\nspec:\n  " + spec + "\n";
    }

    public static String routeTable(String name, String spec) {
        return "apiVersion: plumbline.dev/v1\nkind: RouteTable\nmetadata: {name: " + name + "}\nspec:\n  " + spec
                + "\n";
    }

    /** Documents, each a file of its own: a.yaml, b.yaml and so on. */
    public static List<Document> parse(String... documents) {
        var files = new ArrayList<IntentFile>();
        for (var document : documents) {
            files.add(new IntentFile((char) ('a' + files.size()) + ".yaml", document.getBytes(StandardCharsets.UTF_8)));
        }
        var parsed = PARSER.parse(files);
        assertEquals(List.of(), parsed.problems());
        return parsed.documents();
    }

    public Compilation compile(String... documents) {
        return compile(parse(documents));
    }

    public Compilation compile(List<Document> documents) {
        return Compiler.compile(documents, new Facts(new NamespaceState(new NamespaceId("boot", 1), links, addresses,
                RouteTables.NONE, rules), ledger, List.of(100L, 101L, 102L, 103L), Map.of("main", 254L), attended,
                uncorrected, new FirewallFacts(live, now, sessionPorts, variables, attachments)));
    }

    /** Compiles without errors, and makes that the live state. */
    public DesiredFirewall apply(String... documents) {
        var compilation = compile(documents);
        assertEquals(List.of(), errors(compilation));
        carryOut(compilation);
        return compilation.desired().firewall();
    }

    public void carryOut(Compilation compilation) {
        var handles = new HashMap<ChainId, LiveRules>();
        var state = compilation.desired().firewall().state();
        state.tables().forEach(table -> table.chains().forEach(chain -> handles.put(new ChainId(table.family(),
                chain.name()), new LiveRules(new long[chain.rules().size()],
                        Collections.nCopies(chain.rules().size(), List.of())))));
        live = new LiveFirewall(state, handles);
        rules.removeIf(each -> each.protocol() == Protocol.PLUMBLINE);
        compilation.desired().rules().forEach(each -> rules.add(each.rule()));
        ledger = compilation.ledger();
    }

    public static List<String> errors(Compilation compilation) {
        return compilation.problems().stream().filter(each -> each.severity() == Problem.Severity.ERROR)
                .map(Problem::toString).toList();
    }

    /** The rules of routing. */
    public static List<String> routing(Compilation compilation) {
        return compilation.desired().rules().stream().map(each ->
                (each.rule().family() == Family.IPV6 ? "inet6 " : "") + each.rule()).toList();
    }

    /** All rules of {@code inet}: chain and text, without the counter that each has. */
    public static List<String> inet(DesiredFirewall firewall) {
        return rules(firewall, TableFamily.INET);
    }

    public static List<String> rules(DesiredFirewall firewall, TableFamily family) {
        var lines = new ArrayList<String>();
        firewall.state().table(family).ifPresent(table -> table.chains().forEach(chain -> chain.rules().forEach(rule ->
                lines.add(chain.name() + ": " + NftText.of(family, rule.expressions())
                        .replaceFirst("counter ?", "").strip()))));
        return lines;
    }
}
