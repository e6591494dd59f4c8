package dev.plumbline.state.firewall;

import dev.plumbline.state.firewall.NftWords.Kind;
import java.util.StringJoiner;

/**
 * What a register was loaded with, as {@code nft} names it.
 *
 * @param length bytes of the whole value
 * @param bits how many of them were loaded, where that is not all of an address; -1 otherwise
 */
record Selector(String text, Kind kind, int length, int bits) {

    static Selector of(MetaKey key) {
        return switch (key) {
            case PROTOCOL -> new Selector(key.toString(), Kind.ETHER_TYPE, 2, -1);
            case MARK -> new Selector(key.toString(), Kind.MARK, 4, -1);
            case IIF, OIF -> new Selector(key.toString(), Kind.INDEX, 4, -1);
            case IIFNAME, OIFNAME -> new Selector(key.toString(), Kind.INTERFACE, 16, -1);
            case IIFTYPE -> new Selector(key.toString(), Kind.INDEX, 2, -1);
            case NFPROTO -> new Selector(key.toString(), Kind.FAMILY, 1, -1);
            case L4PROTO -> new Selector(key.toString(), Kind.PROTOCOL, 1, -1);
            case PKTTYPE -> new Selector(key.toString(), Kind.PACKET_TYPE, 1, -1);
        };
    }

    static Selector of(CtKey key) {
        return new Selector(key.toString(), switch (key) {
            case STATE -> Kind.CT_STATE;
            case STATUS -> Kind.CT_STATUS;
            case MARK -> Kind.MARK;
        }, 4, -1);
    }

    static Selector of(Expression.Fib fib) {
        var flags = new StringJoiner(" . ");
        var names = new String[] {"saddr", "daddr", "mark", "iif", "oif"};
        for (int i = 0; i < names.length; i++) {
            if ((fib.flags() & 1 << i) != 0) {
                flags.add(names[i]);
            }
        }
        boolean presence = (fib.flags() & Expression.Fib.PRESENT) != 0;
        return switch (fib.result()) {
            case OIF -> new Selector("fib " + flags + " oif", presence ? Kind.PRESENCE : Kind.INDEX, 4, -1);
            case OIFNAME -> new Selector("fib " + flags + " oifname", presence ? Kind.PRESENCE : Kind.INTERFACE, 16,
                    -1);
            case ADDRTYPE -> new Selector("fib " + flags + " type", Kind.ADDRESS_TYPE, 4, -1);
        };
    }
}
