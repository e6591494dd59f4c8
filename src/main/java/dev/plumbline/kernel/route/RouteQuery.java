package dev.plumbline.kernel.route;

import static dev.plumbline.netlink.RouteMessages.*;

import dev.plumbline.kernel.link.Devices;
import dev.plumbline.kernel.link.LinkReader;
import dev.plumbline.netlink.Errno;
import dev.plumbline.netlink.MessageReader;
import dev.plumbline.netlink.MessageWriter;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.netlink.Rtnetlink;
import dev.plumbline.state.Family;
import dev.plumbline.state.FibResult;
import dev.plumbline.state.FibResult.Refusal;
import dev.plumbline.state.FibResult.Way;
import dev.plumbline.state.Flow;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Route;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A flow, to ask the kernel which route it takes ({@code RTM_GETROUTE} with {@code RTM_F_FIB_MATCH}): rules count, so
 * everything that rules may select by should be given.
 *
 * @param source empty for any: what the host sends before it has chosen a source
 * @param mark the firewall mark; 0 for none
 * @param iif the incoming device of a flow that is forwarded; empty for the host's own
 * @param oif the device that the socket is bound to; empty for none
 */
public record RouteQuery(IpAddress destination, Optional<IpAddress> source, long mark, String iif, String oif, int tos,
        OptionalLong uid, OptionalInt ipProtocol, OptionalInt sourcePort, OptionalInt destinationPort) {

    /** What the kernel says. */
    public sealed interface Answer {

        /** The entry itself: table, prefix, protocol, metric, next hops. */
        record Found(Route route) implements Answer {

            /** The first next hop's device; empty for a type without one. */
            public String device() {
                var hops = route.attributes().nextHops();
                return hops.isEmpty() ? "" : hops.getFirst().device();
            }

            /** The first next hop's gateway. */
            public Optional<IpAddress> gateway() {
                return route.attributes().nextHops().stream().findFirst().flatMap(NextHop::gateway);
            }
        }

        /**
         * No way: no route, or one that refuses.
         *
         * @param errno such as {@link Errno#ENETUNREACH}, {@link Errno#EINVAL} (blackhole), {@link Errno#EACCES}
         *     (prohibit), {@link Errno#EHOSTUNREACH} (unreachable)
         */
        record Refused(int errno, String message) implements Answer {
        }
    }

    /** What the host itself sends to this destination, nothing else said. */
    public static RouteQuery to(IpAddress destination) {
        return new RouteQuery(destination, Optional.empty(), 0, "", "", 0, OptionalLong.empty(), OptionalInt.empty(),
                OptionalInt.empty(), OptionalInt.empty());
    }

    public RouteQuery from(IpAddress other) {
        return new RouteQuery(destination, Optional.of(other), mark, iif, oif, tos, uid, ipProtocol, sourcePort,
                destinationPort);
    }

    public RouteQuery marked(long other) {
        return new RouteQuery(destination, source, other, iif, oif, tos, uid, ipProtocol, sourcePort, destinationPort);
    }

    /** A TCP (6), UDP (17) or other flow with its ports. */
    public RouteQuery flow(int protocol, int fromPort, int toPort) {
        return new RouteQuery(destination, source, mark, iif, oif, tos, uid, OptionalInt.of(protocol),
                OptionalInt.of(fromPort), OptionalInt.of(toPort));
    }

    /**
     * Asks.
     *
     * @throws NetlinkException if the question itself is refused: a device that does not exist
     */
    public Answer ask(NetlinkSocket socket) throws NetlinkException {
        return ask(socket, new Devices(LinkReader.links(socket)));
    }

    /** The question for a flow. */
    public static RouteQuery of(Flow flow) {
        return new RouteQuery(flow.destination(), flow.source(), flow.mark(), flow.iif(), flow.oif(), flow.tos(),
                OptionalLong.of(flow.uid()), said(flow.ipProtocol()), said(flow.sourcePort()),
                said(flow.destinationPort()));
    }

    private static OptionalInt said(int number) {
        return number == 0 ? OptionalInt.empty() : OptionalInt.of(number);
    }

    /** Asks, for an answer in the words of the state. */
    public FibResult result(NetlinkSocket socket, Devices devices) throws NetlinkException {
        return switch (ask(socket, devices)) {
            case Answer.Found(Route route) ->
                    new FibResult.Found(route, route.attributes().nextHops().stream().map(Way::of).toList());
            case Answer.Refused(int errno, String message) -> switch (errno) {
                case Errno.ENETUNREACH -> new FibResult.Refused(Refusal.NO_ROUTE);
                case Errno.EHOSTUNREACH -> new FibResult.Refused(Refusal.UNREACHABLE);
                case Errno.EACCES -> new FibResult.Refused(Refusal.PROHIBIT);
                case Errno.EINVAL -> new FibResult.Refused(Refusal.BLACKHOLE);
                default -> new FibResult.Unknown("the kernel answers: " + message);
            };
        };
    }

    private Answer ask(NetlinkSocket socket, Devices devices) throws NetlinkException {
        int incoming = index(devices, iif);
        int outgoing = index(devices, oif);
        var found = new Route[1];
        try {
            socket.request(Rtnetlink.RTM_GETROUTE, 0, writer -> write(writer, incoming, outgoing),
                    message -> found[0] = answer(message, devices));
        } catch (NetlinkException e) {
            return new Answer.Refused(e.errno(), e.getMessage());
        }
        return found[0] == null ? new Answer.Refused(Errno.ENETUNREACH, Errno.words(Errno.ENETUNREACH))
                : new Answer.Found(found[0]);
    }

    private static Route answer(MessageReader message, Devices devices) {
        return RouteDecoder.route(message, devices);
    }

    private static int index(Devices devices, String name) throws NetlinkException {
        if (name.isEmpty()) {
            return 0;
        }
        return devices.index(name).orElseThrow(() -> new NetlinkException("device " + name, Errno.ENODEV));
    }

    private void write(MessageWriter writer, int incoming, int outgoing) {
        var family = destination.family();
        writer.u8(family.number()).u8(family.bits()).u8(source.isPresent() ? family.bits() : 0).u8(tos);
        writer.u8(0).u8(0).u8(0).u8(0).u32(flags(family));
        address(writer, RTA_DST, destination);
        source.ifPresent(address -> address(writer, RTA_SRC, address));
        if (mark != 0) {
            writer.u32(RTA_MARK, mark);
        }
        if (incoming != 0) {
            writer.u32(RTA_IIF, incoming);
        }
        if (outgoing != 0) {
            writer.u32(RTA_OIF, outgoing);
        }
        uid.ifPresent(number -> writer.u32(RTA_UID, number));
        ipProtocol.ifPresent(number -> writer.u8(RTA_IP_PROTO, number));
        sourcePort.ifPresent(port -> writer.u16be(RTA_SPORT, port));
        destinationPort.ifPresent(port -> writer.u16be(RTA_DPORT, port));
    }

    /** IPv4 calls every table main unless asked; IPv6 tells the true one, and refuses the question. */
    private static int flags(Family family) {
        return family == Family.IPV4 ? RTM_F_FIB_MATCH | RTM_F_LOOKUP_TABLE : RTM_F_FIB_MATCH;
    }

    private static void address(MessageWriter writer, int type, IpAddress address) {
        if (address.family() == Family.IPV4) {
            writer.u32be(type, address.lo());
        } else {
            writer.u128be(type, address.hi(), address.lo());
        }
    }
}
