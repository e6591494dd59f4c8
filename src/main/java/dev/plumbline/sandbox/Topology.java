package dev.plumbline.sandbox;

import dev.plumbline.intent.TableChoice;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Prefix;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A host in a throw-away network.
 *
 * @param description what the story is, for the reader; may have several lines
 * @param links the host's devices, made in this order
 * @param routes the host's routes before plumbline, as somebody else made them
 * @param checks flows and the device that they are to take
 * @param drift what is broken after the first apply, in this order
 */
public record Topology(String description, List<TopologyLink> links, List<TopologyRoute> routes, List<FlowCheck> checks,
        List<Drift> drift) {

    public Topology {
        links = List.copyOf(links);
        routes = List.copyOf(routes);
        checks = List.copyOf(checks);
        drift = List.copyOf(drift);
    }

    /**
     * A veth pair: one end is the host's device, the other is in a namespace of its own that plays the router.
     *
     * @param mtu bytes, 68 to 65535; absent: the kernel's 1500
     * @param addresses with their prefix lengths, host bits kept
     */
    public record TopologyLink(String name, OptionalInt mtu, List<Prefix> addresses, Peer peer, Origin origin) {
        public TopologyLink {
            addresses = List.copyOf(addresses);
        }
    }

    /**
     * The router at the other end: it answers ping and forwards.
     *
     * @param addresses of its end of the link
     * @param owns far-away addresses that it answers for; two routers may own the same, as two ways to one place
     * @param routes the router's own, such as back to an address that is not on the link; {@code dev} is never said
     */
    public record Peer(List<Prefix> addresses, List<IpAddress> owns, List<TopologyRoute> routes) {

        public static final Peer NONE = new Peer(List.of(), List.of(), List.of());

        public Peer {
            addresses = List.copyOf(addresses);
            owns = List.copyOf(owns);
            routes = List.copyOf(routes);
        }
    }

    /**
     * A route in the words of a RouteTable.
     *
     * @param table 254 (main) unless said
     * @param via absent: the destination is on the link
     * @param device empty in a peer's routes
     * @param metric absent: the kernel's default
     */
    public record TopologyRoute(long table, Prefix to, Optional<IpAddress> via, String device, OptionalLong metric,
            Optional<IpAddress> source, Origin origin) {
    }

    /**
     * A flow and where it must leave the host.
     *
     * @param from one of the host's addresses, to which the sender binds
     * @param before without the intents; absent: not looked at
     * @param after with the intents
     */
    public record FlowCheck(String name, IpAddress from, IpAddress to, Optional<Expectation> before, Expectation after,
            Origin origin) {
    }

    /** What becomes of a flow. */
    public sealed interface Expectation {
        /** It leaves by this device. */
        record Leaves(String device) implements Expectation {
            @Override
            public String toString() {
                return "leaves by " + device;
            }
        }

        /** The host itself refuses or drops it. */
        record Blocked() implements Expectation {
            @Override
            public String toString() {
                return "is blocked";
            }
        }
    }

    /** Something that is broken behind plumbline's back. */
    public sealed interface Drift {
        Origin origin();

        /**
         * Routes are deleted.
         *
         * @param to one prefix; or those of both families for {@code default}, of which at least one must be there
         */
        record DeleteRoute(TableChoice table, List<Prefix> to, Origin origin) implements Drift {
            public DeleteRoute {
                to = List.copyOf(to);
            }
        }

        /**
         * Rules are deleted: all with this priority.
         *
         * @param from only those with this source
         */
        record DeleteRule(long priority, Optional<Prefix> from, Origin origin) implements Drift {
        }

        /** Somebody else adds a route. */
        record AddRoute(TopologyRoute route, Origin origin) implements Drift {
        }
    }
}
