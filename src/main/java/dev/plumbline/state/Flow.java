package dev.plumbline.state;

import java.util.Optional;
import java.util.StringJoiner;

/**
 * Packets that routing treats alike ({@code struct flowi4} and {@code flowi6}): everything that rules and routes may
 * select by.
 *
 * @param source empty for what the host sends before it has chosen a source
 * @param mark the firewall mark; 0 for none
 * @param iif the incoming device of a flow that is forwarded; empty for the host's own
 * @param oif the device that the socket is bound to; empty for none
 * @param tos the whole byte, the two ECN bits zero
 * @param uid who owns the socket; 0 for what is forwarded
 * @param ipProtocol 0 for not said, which for IPv4 counts as UDP ({@code RTM_GETROUTE})
 * @param sourcePort 0 for none
 * @param destinationPort 0 for none
 */
public record Flow(IpAddress destination, Optional<IpAddress> source, long mark, String iif, String oif, int tos,
        long uid, int ipProtocol, int sourcePort, int destinationPort) {

    /** What the host itself sends to this destination as root, nothing else said. */
    public static Flow to(IpAddress destination) {
        return new Flow(destination, Optional.empty(), 0, "", "", 0, 0, 0, 0, 0);
    }

    public Flow from(IpAddress other) {
        return new Flow(destination, Optional.of(other), mark, iif, oif, tos, uid, ipProtocol, sourcePort,
                destinationPort);
    }

    public Family family() {
        return destination.family();
    }

    /** In the words of {@code ip route get}. */
    @Override
    public String toString() {
        var text = new StringJoiner(" ").add("to " + destination);
        source.ifPresent(address -> text.add("from " + address));
        add(text, "mark 0x", mark, Long.toHexString(mark));
        add(text, "iif ", iif.length(), iif);
        add(text, "oif ", oif.length(), oif);
        add(text, "tos 0x", tos, Integer.toHexString(tos));
        add(text, "uid ", uid, Long.toString(uid));
        add(text, "ipproto ", ipProtocol, Integer.toString(ipProtocol));
        add(text, "sport ", sourcePort, Integer.toString(sourcePort));
        add(text, "dport ", destinationPort, Integer.toString(destinationPort));
        return text.toString();
    }

    private static void add(StringJoiner text, String word, long said, String value) {
        if (said != 0) {
            text.add(word + value);
        }
    }
}
