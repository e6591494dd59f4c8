package dev.plumbline.compile;

import dev.plumbline.compile.firewall.DropExceptions;
import dev.plumbline.compile.firewall.Place;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.FirewallSpec;
import dev.plumbline.intent.firewall.BaseChain;
import dev.plumbline.intent.firewall.FirewallSet;
import dev.plumbline.state.Origin;
import dev.plumbline.state.firewall.Chain;
import dev.plumbline.state.firewall.DesiredFirewall;
import dev.plumbline.state.firewall.Expression;
import dev.plumbline.state.firewall.Expression.SetReference;
import dev.plumbline.state.firewall.FirewallState;
import dev.plumbline.state.firewall.LiveFirewall.ChainId;
import dev.plumbline.state.firewall.NftSet;
import dev.plumbline.state.firewall.Rule;
import dev.plumbline.state.firewall.RuleKey;
import dev.plumbline.state.firewall.Table;
import dev.plumbline.state.firewall.TableFamily;
import dev.plumbline.state.firewall.Verdict;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Plumbline's tables, put together from the chains of documents: in each chain the documents in their order, then what
 * a policy of drop lets pass. Of a document that changes nothing now its live rules stand in its place, with the sets
 * and sub-chains that they need.
 */
final class FirewallTables {

    private final FirewallFacts facts;
    private final List<Document> documents;
    private final Map<String, FirewallChains> parts;

    /**
     * @param documents of the kind Firewall, in their order
     * @param parts the chains of those that do not wait, by id
     */
    FirewallTables(FirewallFacts facts, List<Document> documents, Map<String, FirewallChains> parts) {
        this.facts = facts;
        this.documents = documents;
        this.parts = parts;
    }

    /**
     * The tables.
     *
     * @param held ids of documents that change nothing, beside those that wait
     */
    DesiredFirewall desired(Set<String> held) {
        return documents.stream().allMatch(each -> held.contains(each.id())) ? asTheyAre()
                : new Assembly(held).desired();
    }

    /**
     * Where nobody is to change anything: what others did to the tables is drift of these documents, and stays; what no
     * document wants any more does not.
     */
    private DesiredFirewall asTheyAre() {
        Map<RuleKey, Origin> rules = new HashMap<>();
        var tables = facts.live().state().tables().stream().map(table -> new Table(table.family(), table.flags(),
                table.chains().stream().map(chain -> new Chain(chain.name(), chain.base(), chain.rules().stream()
                        .filter(rule -> rule.key().isEmpty() || maker(rule.key().get(), rules)).toList())).toList(),
                table.sets())).toList();
        return new DesiredFirewall(new FirewallState(tables), rules, Map.of());
    }

    private boolean maker(RuleKey key, Map<RuleKey, Origin> rules) {
        var maker = documents.stream().filter(each -> key.isOf(each.id())).findFirst();
        maker.ifPresent(each -> rules.put(key, each.origin()));
        return maker.isPresent();
    }

    /** Documents that say drop, by chain: of several the first. */
    static Map<BaseChain, Document> dropping(List<Document> documents) {
        var dropping = new TreeMap<BaseChain, Document>();
        for (var document : documents) {
            ((FirewallSpec) document.spec()).policies().forEach((chain, policy) -> {
                if (policy == FirewallSpec.Policy.DROP) {
                    dropping.putIfAbsent(chain, document);
                }
            });
        }
        return dropping;
    }

    /** What policies of drop let pass that is not there yet, for the plan. */
    List<String> news() {
        var news = new ArrayList<String>();
        var compiled = documents.stream().filter(each -> parts.containsKey(each.id())).toList();
        dropping(compiled).forEach((chain, document) -> {
            var live = live(TableFamily.INET, Place.ofPolicy(chain).name());
            var ports = ports(document.id(), chain);
            if (!live.containsAll(DropExceptions.of(document.id(), chain, ports))) {
                news.add(document.id() + ": " + chain + " drops what no rule decides on, but for "
                        + (chain == BaseChain.FORWARD ? "" : "loopback, ") + "established and related connections and"
                        + " what IPv6 needs of ICMPv6" + (ports.isEmpty() || chain == BaseChain.FORWARD ? ""
                                : ", and the port of SSH sessions of now: " + text(ports)));
            }
        });
        return news;
    }

    private static String text(TreeSet<Integer> ports) {
        return String.join(", ", ports.stream().map(each -> Integer.toString(each)).toList());
    }

    private List<Rule> live(TableFamily family, String chain) {
        return facts.live().state().table(family).flatMap(table -> table.chain(chain)).map(Chain::rules)
                .orElse(List.of());
    }

    /** Those of now, and those that were let pass once: who was let in then is to come back. */
    private TreeSet<Integer> ports(String document, BaseChain chain) {
        var ports = new TreeSet<>(facts.sessionPorts());
        live(TableFamily.INET, Place.ofPolicy(chain).name()).forEach(rule ->
                DropExceptions.port(document, chain, rule).ifPresent(ports::add));
        return ports;
    }

    private final class Assembly {
        private final List<Document> kept;
        private final List<Document> compiled;
        private final Map<BaseChain, Document> dropping;
        private final Map<ChainId, List<Rule>> chains = new LinkedHashMap<>();
        private final Map<ChainId, Set<String>> users = new HashMap<>();
        private final Map<RuleKey, Origin> rules = new HashMap<>();
        private final Map<DesiredFirewall.Name, Origin> objects = new HashMap<>();

        Assembly(Set<String> held) {
            kept = documents.stream().filter(each -> held.contains(each.id()) || !parts.containsKey(each.id()))
                    .toList();
            compiled = documents.stream().filter(each -> !kept.contains(each)).toList();
            dropping = FirewallTables.dropping(compiled);
        }

        DesiredFirewall desired() {
            for (var document : documents) {
                if (compiled.contains(document)) {
                    add(document);
                } else {
                    keep(document);
                }
            }
            exceptions();
            var tables = new ArrayList<Table>();
            for (var family : TableFamily.values()) {
                var own = chains.entrySet().stream().filter(each -> each.getKey().family() == family)
                        .map(each -> chain(each.getKey(), each.getValue())).toList();
                var sets = sets(family, own);
                if (!own.isEmpty() || !sets.isEmpty()) {
                    tables.add(new Table(family, 0, own, sets));
                }
            }
            return new DesiredFirewall(new FirewallState(tables), rules, objects);
        }

        private void add(Document document) {
            var part = parts.get(document.id());
            part.chains().forEach((id, some) -> {
                chains.computeIfAbsent(id, any -> new ArrayList<>()).addAll(some);
                users.computeIfAbsent(id, any -> new HashSet<>()).add(document.id());
            });
            part.places().forEach((id, origin) -> objects.put(name(id), origin));
            rules.putAll(part.origins());
        }

        private DesiredFirewall.Name name(ChainId id) {
            return new DesiredFirewall.Name(id.family(), "chain", id.chain());
        }

        /** What a document has, as it is. */
        private void keep(Document document) {
            for (var table : facts.live().state().tables()) {
                for (var chain : table.chains()) {
                    var place = Place.named(chain.name());
                    var own = chain.rules().stream().filter(each -> each.key().filter(key -> key.isOf(document.id()))
                            .isPresent() && place.filter(at -> DropExceptions.isOne(document.id(), at.chain(), each))
                                    .isEmpty()).toList();
                    var id = new ChainId(table.family(), chain.name());
                    if (!own.isEmpty()) {
                        chains.computeIfAbsent(id, any -> new ArrayList<>()).addAll(own);
                        users.computeIfAbsent(id, any -> new HashSet<>()).add(document.id());
                        own.forEach(each -> rules.putIfAbsent(each.key().orElseThrow(), document.origin()));
                        keepReached(table, own);
                    }
                }
            }
        }

        /** Empty sub-chains that kept rules go to; others have rules of their own. */
        private void keepReached(Table table, List<Rule> own) {
            var open = new ArrayDeque<>(own);
            while (!open.isEmpty()) {
                for (var expression : open.remove().expressions()) {
                    if (expression instanceof Expression.Decide decide && !decide.verdict().chain().isEmpty()) {
                        chains.computeIfAbsent(new ChainId(table.family(), decide.verdict().chain()),
                                any -> new ArrayList<>());
                    }
                }
            }
        }

        private void exceptions() {
            dropping.forEach((chain, document) -> {
                var id = new ChainId(TableFamily.INET, Place.ofPolicy(chain).name());
                var some = DropExceptions.of(document.id(), chain, ports(document.id(), chain));
                chains.computeIfAbsent(id, any -> new ArrayList<>()).addAll(some);
                users.computeIfAbsent(id, any -> new HashSet<>()).add(document.id());
                some.forEach(each -> rules.put(each.key().orElseThrow(), document.origin()));
            });
            for (var document : kept) {
                for (var chain : BaseChain.values()) {
                    var id = new ChainId(TableFamily.INET, chain == BaseChain.MACRO ? ""
                            : Place.ofPolicy(chain).name());
                    var some = live(id.family(), id.chain()).stream()
                            .filter(each -> DropExceptions.isOne(document.id(), chain, each)).toList();
                    if (!some.isEmpty()) {
                        chains.computeIfAbsent(id, any -> new ArrayList<>()).addAll(some);
                    }
                }
            }
        }

        private Chain chain(ChainId id, List<Rule> some) {
            var place = Place.named(id.chain());
            var origin = users.getOrDefault(id, Set.of());
            if (place.isPresent() && origin.size() == 1) {
                documents.stream().filter(each -> origin.contains(each.id())).findFirst()
                        .ifPresent(each -> objects.put(name(id), each.origin()));
            }
            return new Chain(id.chain(), place.map(each -> each.base(policy(id, each))), some);
        }

        private Verdict.Code policy(ChainId id, Place place) {
            if (id.family() != TableFamily.INET || !Place.ofPolicy(place.chain()).equals(place)) {
                return Verdict.Code.ACCEPT;
            }
            boolean said = compiled.stream().anyMatch(each ->
                    ((FirewallSpec) each.spec()).policies().containsKey(place.chain()));
            return dropping.containsKey(place.chain()) ? Verdict.Code.DROP
                    : said || kept.isEmpty() ? Verdict.Code.ACCEPT : facts.live().state().table(id.family())
                            .flatMap(table -> table.chain(id.chain())).flatMap(Chain::base).map(Chain.Base::policy)
                            .orElse(Verdict.Code.ACCEPT);
        }

        /** In {@code inet} all, elsewhere those that rules use. */
        private List<NftSet> sets(TableFamily family, List<Chain> own) {
            var used = new HashSet<String>();
            own.forEach(chain -> chain.rules().forEach(rule -> rule.expressions().forEach(each -> {
                if (each instanceof Expression.Lookup lookup && lookup.set() instanceof SetReference.Named named) {
                    used.add(named.name());
                }
            })));
            Map<String, NftSet> sets = new TreeMap<>();
            for (var document : compiled) {
                for (var set : ((FirewallSpec) document.spec()).sets()) {
                    if (family == TableFamily.INET || used.contains(set.name())) {
                        sets.putIfAbsent(set.name(), nft(set));
                        objects.put(new DesiredFirewall.Name(family, "set", set.name()), set.origin());
                    }
                }
            }
            var named = new HashSet<>(used);
            kept.forEach(each -> ((FirewallSpec) each.spec()).sets().forEach(set -> named.add(set.name())));
            var live = facts.live().state().table(family).map(Table::sets).orElse(List.of());
            for (var set : live) {
                if (named.contains(set.name())) {
                    sets.putIfAbsent(set.name(), set);
                }
            }
            return List.copyOf(sets.values());
        }

        private static NftSet nft(FirewallSet set) {
            return NftSet.named(set.name(), set.type(), set.interval(), set.elements());
        }
    }
}
