package dev.plumbline.sandbox;

import dev.plumbline.intent.TableChoice;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.firewall.TableFamily;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A host in a throw-away network.
 *
 * @param description what the story is, for the reader; may have several lines
 * @param sysctls the host's, below {@code net.}, by name
 * @param links the host's devices, made in this order
 * @param routes the host's routes before plumbline, as somebody else made them
 * @param checks flows and what is to become of them
 * @param drift what is broken after the first apply, in this order
 */
public record Topology(String description, SortedMap<String, String> sysctls, List<TopologyLink> links,
        List<TopologyRoute> routes, List<FlowCheck> checks, List<Drift> drift) {

    public Topology {
        sysctls = Collections.unmodifiableSortedMap(new TreeMap<>(sysctls));
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
     * The router at the other end: it answers ping, and forwards what it has a route for.
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

        /** Whether it answers for this one. */
        boolean has(IpAddress address) {
            return owns.contains(address) || addresses.stream().anyMatch(each -> each.address().equals(address));
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
     * A flow and what must become of it.
     *
     * @param before without the intents; absent: not looked at
     * @param after with the intents
     */
    public record FlowCheck(String name, Sender from, Receiver to, Optional<Expectation> before, Expectation after,
            Origin origin) {

        /** What is said at any of the two times. */
        List<Expectation> expectations() {
            return before.map(each -> List.of(each, after)).orElse(List.of(after));
        }
    }

    /**
     * Who sends.
     *
     * @param link whose peer it is; empty for the host itself
     * @param address one of the sender's, to which it binds
     */
    public record Sender(Optional<String> link, IpAddress address) {
        @Override
        public String toString() {
            return address + link.map(name -> " behind " + name).orElse("");
        }
    }

    /** What is sent: a datagram or a connection, with an answer to each. */
    public enum Transport {
        UDP, TCP;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Whom the sender asks for.
     *
     * @param port 1 to 65535
     */
    public record Receiver(Transport transport, IpAddress address, int port) {
        /** The port that is asked for unless another is said. */
        public static final int PORT = 4007;

        @Override
        public String toString() {
            return transport + " " + new Endpoint(address, OptionalInt.of(port));
        }
    }

    /**
     * An address of a packet.
     *
     * @param port absent: any
     */
    public record Endpoint(IpAddress address, OptionalInt port) {

        /** Whether the other is one that this means. */
        boolean means(Endpoint other) {
            return address.equals(other.address) && (port.isEmpty() || port.equals(other.port));
        }

        @Override
        public String toString() {
            return port.isEmpty() ? address.toString()
                    : (address.family() == Family.IPV6 ? "[" + address + "]" : address) + ":" + port.getAsInt();
        }
    }

    /** What becomes of a flow. */
    public sealed interface Expectation {
        /**
         * It leaves by this device in the end, and arrives at its peer. A flow between peers must be answered, too.
         *
         * @param source that the peer sees; absent: not looked at
         * @param destination that the peer sees; absent: not looked at
         * @param through the links whose peers pass it on, on the way there and on the way back
         * @param copiesAt the links whose peers get a copy of what is asked
         * @param answerCopiesAt the links whose peers get a copy of the answer
         */
        record Leaves(String device, Optional<Endpoint> source, Optional<Endpoint> destination, List<String> through,
                List<String> copiesAt, List<String> answerCopiesAt) implements Expectation {

            public Leaves {
                through = List.copyOf(through);
                copiesAt = List.copyOf(copiesAt);
                answerCopiesAt = List.copyOf(answerCopiesAt);
            }

            /** By a device, as it is, and straight. */
            public static Leaves by(String device) {
                return new Leaves(device, Optional.empty(), Optional.empty(), List.of(), List.of(), List.of());
            }

            @Override
            public String toString() {
                return "leaves by " + device + destination.map(each -> " to " + each).orElse("")
                        + source.map(each -> " from " + each).orElse("")
                        + (through.isEmpty() ? "" : " through " + String.join(", ", through) + " both ways")
                        + (copiesAt.isEmpty() ? "" : ", copied to " + String.join(", ", copiesAt))
                        + (answerCopiesAt.isEmpty() ? ""
                                : ", its answer copied to " + String.join(", ", answerCopiesAt));
            }
        }

        /** It arrives nowhere: the host refuses or drops it. */
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

        /**
         * Rules of plumbline's nftables are deleted.
         *
         * @param text all that have this in what {@code nft} prints of them
         */
        record DeleteFirewallRule(String text, Origin origin) implements Drift {
        }

        /** A table of plumbline's nftables loses all its rules, as by {@code nft flush table}. */
        record FlushFirewall(TableFamily family, Origin origin) implements Drift {
        }

        /** Somebody else adds a route. */
        record AddRoute(TopologyRoute route, Origin origin) implements Drift {
        }
    }
}
