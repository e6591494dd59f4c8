package dev.plumbline.apply;

import dev.plumbline.intent.Document;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.NamespaceId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What attachments want, beside the documents of people. Asked anew under each claim, because attachments come and go
 * while a plan is shown: who plans with those of before would take away what an ADD has just made.
 */
public interface Attached {

    /** No attachments. */
    Attached NONE = new Attached() {
        @Override
        public List<Held> all() {
            return List.of();
        }

        @Override
        public List<Document> in(NamespaceId namespace) {
            return List.of();
        }
    };

    /** A document, and the very namespace that it is for: its {@code netns} is but a label. */
    record Held(NamespaceId namespace, Document document) {
    }

    /** The documents of all attachments, in the order in which these were added. */
    List<Held> all();

    /** Of {@link #all}, those with this label that are not for this namespace, if one is given. */
    default List<Held> at(String label, Optional<NamespaceId> but) {
        return all().stream().filter(each -> each.document().netns().equals(label)
                && !but.equals(Optional.of(each.namespace()))).toList();
    }

    /** Those for one namespace. */
    List<Document> in(NamespaceId namespace);

    /** Addresses of containers, by the names that firewalls may call them; names of several are left out. */
    default Map<String, List<IpAddress>> addresses() {
        return Map.of();
    }

    /** The same for copies of namespaces. */
    default Attached ofCopies(UnaryOperator<NamespaceId> original) {
        var here = this;
        return new Attached() {
            @Override
            public List<Held> all() {
                return here.all();
            }

            @Override
            public List<Held> at(String label, Optional<NamespaceId> but) {
                return here.at(label, but.map(original));
            }

            @Override
            public List<Document> in(NamespaceId namespace) {
                return here.in(original.apply(namespace));
            }

            @Override
            public Map<String, List<IpAddress>> addresses() {
                return here.addresses();
            }
        };
    }
}
