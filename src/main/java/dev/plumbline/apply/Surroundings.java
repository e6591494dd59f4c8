package dev.plumbline.apply;

import dev.plumbline.compile.FirewallFacts;
import dev.plumbline.intent.Document;
import dev.plumbline.intent.FirewallSpec;
import dev.plumbline.state.LiveNamespace;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.TcpSession;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What firewalls name that is not in their namespace.
 *
 * @param variables of {@code plumbline.yaml}
 */
record Surroundings(Map<String, String> variables, Attached attached) {

    /** What these documents need; nothing is asked for where none is a firewall. */
    FirewallFacts firewall(List<Document> documents, NamespaceState live, LiveNamespace namespace) {
        var firewalls = documents.stream().map(Document::spec).filter(FirewallSpec.class::isInstance)
                .map(FirewallSpec.class::cast).toList();
        if (firewalls.isEmpty()) {
            return FirewallFacts.NOWHERE;
        }
        boolean drops = firewalls.stream().anyMatch(each -> each.policies().containsValue(FirewallSpec.Policy.DROP));
        Set<Integer> ports = drops ? namespace.sshSessions().stream().map(TcpSession::localPort)
                .collect(Collectors.toSet()) : Set.of();
        return new FirewallFacts(live.firewall(), Instant.now(), ports, Optional.of(variables), attached.addresses());
    }
}
