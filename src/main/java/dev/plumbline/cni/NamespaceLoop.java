package dev.plumbline.cni;

import dev.plumbline.apply.Journal;
import dev.plumbline.apply.Reconciler;
import dev.plumbline.apply.TableNames;
import dev.plumbline.apply.Timings;
import dev.plumbline.host.AppliedIntents;
import dev.plumbline.host.StoredAttached;
import dev.plumbline.host.StoredLedgers;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.DriftMode;
import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.store.StoreView;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The loop for one namespace, a container's or the host's: its attachments, and what the applied intents say of it.
 * Where these are not known, only what attachments made is changed.
 */
record NamespaceLoop(Reconciler reconciler, String label, List<Document> documents) {

    /** @param netns the namespace's path */
    static NamespaceLoop of(StoreView store, Path stateDirectory, String netns, Journal journal) {
        var label = Document.canonical(netns);
        var intents = AppliedIntents.in(label, store);
        return new NamespaceLoop(new Reconciler(KernelNamespace::find, new StoredLedgers(store), journal,
                TableNames.read(), false, new Timings()).with(new StoredAttached(store, stateDirectory),
                        !intents.known()).leaving(lenient(intents.documents()))
                .naming(store.variables()), label, intents.documents());
    }

    private static Map<String, DriftMode> lenient(List<Document> applied) {
        return applied.stream().filter(each -> each.drift().filter(one -> one != DriftMode.CORRECT).isPresent())
                .collect(Collectors.toMap(Document::id, each -> each.drift().orElseThrow()));
    }

    /** Reads and compares. */
    Reconciler.Session prepare() {
        return reconciler.prepare(label, documents);
    }

    /** Claims the namespace first. */
    Reconciler.Session prepareToApply() {
        return reconciler.prepareToApply(label, documents);
    }
}
