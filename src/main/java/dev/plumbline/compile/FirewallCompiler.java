package dev.plumbline.compile;

import dev.plumbline.compile.firewall.NamedSets;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.FirewallSpec;
import dev.plumbline.intent.firewall.BaseChain;
import dev.plumbline.intent.firewall.FirewallSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Compiles the Firewall documents of a namespace, which share plumbline's tables. */
final class FirewallCompiler {

    private final Draft draft;
    private final TableNumbers tables;
    private final List<Document> all;
    private final List<Document> documents;

    /** @param all documents of the namespace */
    FirewallCompiler(Draft draft, TableNumbers tables, List<Document> all) {
        this.draft = draft;
        this.tables = tables;
        this.all = all;
        documents = all.stream().filter(each -> each.spec() instanceof FirewallSpec).toList();
    }

    private static FirewallSpec spec(Document document) {
        return (FirewallSpec) document.spec();
    }

    /** What one document's rules are, and which lookups are its. */
    private record Read(Document document, List<FirewallItem> items, int firstLookup, int endLookup) {
    }

    void compile() {
        if (documents.isEmpty()) {
            return;
        }
        names();
        policies();
        var reading = new FirewallReading(draft, all);
        var read = new ArrayList<Read>();
        for (var document : documents) {
            int first = reading.lookups();
            var items = reading.read(document, spec(document));
            read.add(new Read(document, draft.isWaiting(document.id()) ? List.of() : items, first, reading.lookups()));
        }
        var items = read.stream().flatMap(each -> each.items().stream()).toList();
        var lookups = new FirewallLookups(draft, tables, items, all);
        var sets = new NamedSets(documents.stream().flatMap(each -> spec(each).sets().stream()).toList());
        var dropping = FirewallTables.dropping(documents).keySet();
        var parts = new LinkedHashMap<String, FirewallChains>();
        int place = 0;
        for (var each : read) {
            if (draft.isWaiting(each.document().id())) {
                lookups.keeps(each.document(), each.firstLookup(), each.endLookup());
                continue;
            }
            var chains = new FirewallChains(draft, each.document(), sets, lookups, dropping);
            chains.compile(each.items(), place);
            place += each.items().size();
            parts.put(each.document().id(), chains);
        }
        lookups.marks();
        var result = new FirewallTables(draft.facts().firewall(), documents, parts);
        result.news().forEach(draft::note);
        draft.wantsFirewall(result);
    }

    /** Sets and sub-chains have one name in all documents. */
    private void names() {
        Map<String, FirewallSet> sets = new HashMap<>();
        Map<String, Document> chains = new HashMap<>();
        for (var document : documents) {
            for (var set : spec(document).sets()) {
                var other = sets.putIfAbsent(set.name(), set);
                if (other != null) {
                    draft.error(set.origin(), "spec.sets", "there is a set `" + set.name() + "` already, of "
                            + other.origin().document() + " at " + other.origin().position()
                            + "; documents share their sets: use that one, or take another name");
                }
            }
            var own = new TreeSet<>(spec(document).chains());
            spec(document).rules().stream().filter(each -> each.baseChain().isEmpty())
                    .forEach(each -> own.add(each.chain()));
            for (var chain : own) {
                var other = chains.putIfAbsent(chain, document);
                if (other != null) {
                    var origin = spec(document).rules().stream().filter(each -> each.chain().equals(chain)).findFirst()
                            .map(each -> each.origin()).orElse(document.origin());
                    draft.error(origin, "", "the sub-chain `" + chain + "` is of " + other.id() + " at "
                            + other.origin().position() + " already; give it another name");
                }
            }
        }
    }

    private void policies() {
        Map<BaseChain, Document> said = new HashMap<>();
        for (var document : documents) {
            spec(document).policies().forEach((chain, policy) -> {
                var other = said.putIfAbsent(chain, document);
                if (other != null && spec(other).policies().get(chain) != policy) {
                    draft.error(document.origin(), "spec.policies." + chain, other.id() + " at "
                            + other.origin().position() + " says otherwise; leave it out of one of them");
                }
            });
        }
    }
}
