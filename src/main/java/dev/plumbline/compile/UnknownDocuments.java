package dev.plumbline.compile;

import dev.plumbline.intent.Attachment;
import dev.plumbline.state.DesiredState.DesiredRule;
import dev.plumbline.state.Family;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.Ledger.TakenRoute;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.Route;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.TableKey;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Keeps what the documents of people made where only attachments are known: no intents were recorded, or the record
 * cannot be read. What the ledger does not say an attachment made is taken to be theirs.
 */
final class UnknownDocuments {

    private final Draft draft;

    UnknownDocuments(Draft draft) {
        this.draft = draft;
    }

    /** They wait, as it were: what they took stays taken, and their numbers theirs. To be called before all else. */
    void hold() {
        var ledger = draft.facts().ledger();
        var ids = new TreeSet<String>();
        ledger.allotments().forEach(each -> ids.add(each.document()));
        ledger.routes().forEach(each -> ids.add(each.document()));
        ledger.rules().forEach(each -> ids.add(each.document()));
        ledger.sysctls().forEach(each -> ids.addAll(each.documents()));
        ledger.addresses().forEach(each -> ids.add(each.document()));
        ids.removeIf(Attachment::isDocument);
        ids.forEach(draft::waitsUnsaid);
        ledger.allotments().stream().filter(each -> ids.contains(each.document())).forEach(draft::allotment);
    }

    /** Those that were carried out still are. */
    static Set<String> carriedOut(Ledger ledger) {
        return ledger.carriedOut().stream().filter(each -> !Attachment.isDocument(each)).collect(Collectors.toSet());
    }

    /** Keeps their routes and rules. To be called when the documents are compiled. */
    void keep() {
        var ledger = draft.facts().ledger();
        var live = draft.facts().live();
        var theirs = ledger.allotments().stream().filter(each -> !Attachment.isDocument(each.document()))
                .map(each -> each.table()).collect(Collectors.toSet());
        Set<Long> attachments = new HashSet<>();
        ledger.allotments().forEach(each -> attachments.add(each.table()));
        draft.allotments().forEach(each -> attachments.add(each.table()));
        attachments.removeAll(theirs);
        for (var each : live.routes().tables().entrySet()) {
            long table = each.getKey().table();
            boolean isTheirs = table == Route.TABLE_MAIN ? holdsMoreThanHints(each.getKey().family(), each.getValue())
                    : !attachments.contains(table) && each.getValue().pool().stream().anyMatch(one -> one.isOurs());
            if (isTheirs) {
                draft.keep(table);
            }
        }
        live.links().stream().filter(link -> link.isOurVrf() && !Attachment.isDocument(link.owner()))
                .forEach(link -> draft.keep(link.vrfTable().orElseThrow()));
        for (var rule : live.rules()) {
            if (rule.isOurs() && rule.table().isEmpty()) {
                draft.restoresRule(new DesiredRule(rule, new Origin("", "", 0, 0)));
            } else if (rule.isOurs() && !attachments.contains(rule.table().getAsLong())) {
                draft.keep(rule.table().getAsLong());
            }
        }
    }

    /** What source hints leave in main stands in for a prefix that was moved. */
    private boolean holdsMoreThanHints(Family family, RouteRows rows) {
        var moved = draft.facts().ledger().routes().stream().filter(each -> Attachment.isDocument(each.document()))
                .map(TakenRoute::route).map(Route::destination).collect(Collectors.toSet());
        Set<Prefix> wanted = new HashSet<>(moved);
        draft.contributions().stream().filter(each -> each.key().equals(new TableKey(family, Route.TABLE_MAIN)))
                .forEach(each -> each.rows().forEach(route -> wanted.add(route.destination())));
        for (var route : rows) {
            if (route.attributes().isOurs() && !wanted.contains(route.destination())) {
                return true;
            }
        }
        return false;
    }
}
