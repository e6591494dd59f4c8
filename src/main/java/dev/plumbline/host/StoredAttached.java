package dev.plumbline.host;

import dev.plumbline.apply.Attached;
import dev.plumbline.intent.Attachment;
import dev.plumbline.intent.Document;
import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.store.StoreView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Attachments of the store: those of this boot, for runtimes announce their containers anew after a boot, that no
 * tombstone speaks of.
 */
public record StoredAttached(StoreView store, Path stateDirectory) implements Attached {

    /** The attachments themselves. */
    public List<Attachment> attachments() {
        return living(store.attachments());
    }

    @Override
    public List<Held> all() {
        return held(attachments());
    }

    @Override
    public List<Held> at(String label, Optional<NamespaceId> but) {
        return held(living(store.attachmentsAt(label, but)));
    }

    private static List<Held> held(List<Attachment> some) {
        return some.stream().flatMap(each -> each.documents().stream()
                .map(document -> new Held(each.namespace(), document))).toList();
    }

    @Override
    public List<Document> in(NamespaceId namespace) {
        return living(store.attachments(namespace)).stream().map(Attachment::documents).flatMap(List::stream).toList();
    }

    /** By container, by what Kubernetes calls it, and by the values of labels. */
    @Override
    public Map<String, List<IpAddress>> addresses() {
        var containers = new HashMap<String, Set<String>>();
        var found = new HashMap<String, List<IpAddress>>();
        for (var each : attachments()) {
            var names = new HashSet<>(each.labels().values());
            names.add(each.key().container());
            Optional.ofNullable(each.arguments().get("K8S_POD_NAME")).ifPresent(names::add);
            for (var name : names) {
                containers.computeIfAbsent(name, any -> new HashSet<>()).add(each.key().container());
                each.addresses().forEach(address -> found.computeIfAbsent(name, any -> new ArrayList<>())
                        .add(address.address().address()));
            }
        }
        found.keySet().removeIf(name -> containers.get(name).size() > 1);
        return found;
    }

    private List<Attachment> living(List<Attachment> some) {
        if (some.isEmpty()) {
            return some;
        }
        var boot = bootId();
        var dead = new Tombstones(stateDirectory).all();
        Stream<Attachment> living = some.stream().filter(each -> each.namespace().bootId().equals(boot));
        return living.filter(each -> !dead.contains(each.key())).toList();
    }

    /** The boot that the machine is in. */
    public static String bootId() {
        try {
            return NetworkNamespace.bootId();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot tell one boot from another", e);
        }
    }
}
