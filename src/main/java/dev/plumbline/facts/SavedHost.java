package dev.plumbline.facts;

import dev.plumbline.apply.Journal;
import dev.plumbline.apply.Ledgers;
import dev.plumbline.apply.Namespaces;
import dev.plumbline.history.Initiator;
import dev.plumbline.history.UnfinishedApply;
import dev.plumbline.state.Ledger;
import dev.plumbline.state.LiveNamespace;
import dev.plumbline.state.NamespaceId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A host of which there are facts, in place of its kernel and its store. Whatever would write is an error. */
public final class SavedHost implements Namespaces, Ledgers, Journal {

    private final HostFacts facts;

    public SavedHost(HostFacts facts) {
        this.facts = facts;
    }

    /**
     * {@inheritDoc}
     *
     * @throws FactsException if it was there, or may have been, and was not looked at
     */
    @Override
    public Optional<LiveNamespace> open(String label) {
        var known = find(label);
        boolean looked = known.isPresent() || facts.absent().contains(label)
                || !label.startsWith("/") && !facts.unread().contains(label);
        if (!looked) {
            throw new FactsException("the facts of " + facts.host() + " do not hold the network namespace " + label
                    + "; gather them there with `plumbline facts --netns " + label + "`");
        }
        return known.map(each -> new SavedNamespace(facts.host(), each));
    }

    private Optional<NamespaceFacts> find(String label) {
        return facts.namespaces().stream().filter(each -> each.label().equals(label)).findFirst();
    }

    @Override
    public Set<String> labels() {
        return facts.namespaces().stream().filter(NamespaceFacts::recorded).map(NamespaceFacts::label)
                .collect(Collectors.toSet());
    }

    @Override
    public Ledger read(String label, NamespaceId id) {
        return find(label).map(NamespaceFacts::ledger).orElse(Ledger.EMPTY);
    }

    @Override
    public List<UnfinishedApply> unfinished() {
        return facts.unfinished();
    }

    @Override
    public void record(String label, NamespaceId id, Ledger ledger) {
        throw onlyRead();
    }

    @Override
    public Initiator initiator() {
        throw onlyRead();
    }

    @Override
    public Claim claim(String label, NamespaceId id) {
        throw onlyRead();
    }

    @Override
    public Optional<Claim> tryClaim(String label, NamespaceId id) {
        throw onlyRead();
    }

    static IllegalStateException onlyRead() {
        return new IllegalStateException("facts can only be read");
    }
}
