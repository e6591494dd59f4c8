package dev.plumbline.flow;

import dev.plumbline.state.Family;
import dev.plumbline.state.TcpSession;
import dev.plumbline.state.firewall.Bytes;
import dev.plumbline.state.firewall.CtKey;
import dev.plumbline.state.firewall.Expression;
import dev.plumbline.state.firewall.Expression.SetReference;
import dev.plumbline.state.firewall.MetaKey;
import dev.plumbline.state.firewall.NftSet;
import dev.plumbline.state.firewall.Register;
import dev.plumbline.state.firewall.Rule;
import dev.plumbline.state.firewall.Table;
import dev.plumbline.state.firewall.Verdict;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** One packet of a session that is established, and whether rules hold for it. */
final class SessionPacket {

    private static final int NFPROTO_IPV4 = 2;
    private static final int NFPROTO_IPV6 = 10;
    private static final int IPPROTO_TCP = 6;
    private static final int ETHERTYPE_IPV4 = 0x0800;
    private static final int ETHERTYPE_IPV6 = 0x86dd;
    private static final int TCP_ACK = 0x10;
    private static final int ESTABLISHED = 2;
    private static final int WORD = 4;
    private static final int REGISTERS = 64;

    /** Whether a rule holds. */
    enum Match { YES, NO, PERHAPS }

    /** @param verdicts that the rule may come to; empty if it decides nothing */
    record Matched(Match match, List<Verdict> verdicts) {
    }

    private final boolean tracked;
    private final boolean v4;
    private final byte[] network;
    private final boolean[] networkKnown;
    private final byte[] transport = new byte[20];
    private final boolean[] transportKnown = new boolean[20];

    private final byte[] registers = new byte[REGISTERS];
    private final boolean[] known = new boolean[REGISTERS];

    /**
     * A packet with nothing but an acknowledgement of what came before.
     *
     * @param tracked whether its connection is surely known
     */
    SessionPacket(TcpSession session, boolean incoming, boolean tracked) {
        this.tracked = tracked;
        v4 = session.local().family() == Family.IPV4;
        network = new byte[v4 ? 20 : 40];
        networkKnown = new boolean[network.length];
        var source = Bytes.of(incoming ? session.remote() : session.local());
        var destination = Bytes.of(incoming ? session.local() : session.remote());
        if (v4) {
            put(network, networkKnown, 9, Bytes.u8(IPPROTO_TCP));
            put(network, networkKnown, 12, source);
            put(network, networkKnown, 16, destination);
        } else {
            put(network, networkKnown, 6, Bytes.u8(IPPROTO_TCP));
            put(network, networkKnown, 8, source);
            put(network, networkKnown, 24, destination);
        }
        put(transport, transportKnown, 0, Bytes.u16(incoming ? session.remotePort() : session.localPort()));
        put(transport, transportKnown, 2, Bytes.u16(incoming ? session.localPort() : session.remotePort()));
        put(transport, transportKnown, 13, Bytes.u8(TCP_ACK));
    }

    private static void put(byte[] bytes, boolean[] known, int at, Bytes value) {
        value.copyTo(bytes, at);
        Arrays.fill(known, at, at + value.length(), true);
    }

    /** Whether a rule holds, and what it says then. */
    Matched match(Table table, Rule rule) {
        Arrays.fill(known, false);
        var match = Match.YES;
        for (var expression : rule.expressions()) {
            if (expression instanceof Expression.Decide decide) {
                return new Matched(match, List.of(decide.verdict()));
            }
            if (expression instanceof Expression.Reject) {
                return new Matched(match, List.of(Verdict.DROP));
            }
            if (expression instanceof Expression.Lookup lookup && lookup.target().isPresent()
                    && lookup.target().getAsInt() == Register.VERDICT) {
                return verdicts(table, lookup, match);
            }
            var each = run(table, expression);
            if (each == Match.NO) {
                return new Matched(Match.NO, List.of());
            }
            match = each == Match.PERHAPS ? each : match;
        }
        return new Matched(match, List.of());
    }

    private Match run(Table table, Expression expression) {
        return switch (expression) {
            case Expression.Payload it -> load(it);
            case Expression.Meta it -> meta(it);
            case Expression.Ct it -> tracked && it.key() == CtKey.STATE ? set(it.register(), Bytes.host32(ESTABLISHED))
                    : forget(it.register(), WORD);
            case Expression.Rt it -> forget(it.register(), WORD);
            case Expression.Fib it -> forget(it.register(), 16);
            case Expression.Immediate it -> set(it.register(), it.data());
            case Expression.Bitwise it -> bitwise(it);
            case Expression.Byteorder it -> byteorder(it);
            case Expression.Cmp it -> value(it.register(), it.data().length()).map(value -> of(holds(it, value)))
                    .orElse(Match.PERHAPS);
            case Expression.Range it -> value(it.register(), it.from().length()).map(value -> of(it.negated()
                    != (value.compareTo(it.from()) >= 0 && value.compareTo(it.to()) <= 0))).orElse(Match.PERHAPS);
            case Expression.Lookup it -> lookup(table, it);
            case Expression.Limit _, Expression.Raw _ -> Match.PERHAPS;
            case Expression.MetaSet _, Expression.CtSet _, Expression.TcpOptionSet _, Expression.Nat _,
                    Expression.Masquerade _, Expression.Redirect _, Expression.Log _, Expression.Counter _,
                    Expression.Notrack _, Expression.Dup _, Expression.Decide _, Expression.Reject _ -> Match.YES;
        };
    }

    private static Match of(boolean holds) {
        return holds ? Match.YES : Match.NO;
    }

    private static boolean holds(Expression.Cmp cmp, Bytes value) {
        int order = value.compareTo(cmp.data());
        return switch (cmp.comparison()) {
            case EQ -> order == 0;
            case NEQ -> order != 0;
            case LT -> order < 0;
            case LTE -> order <= 0;
            case GT -> order > 0;
            case GTE -> order >= 0;
        };
    }

    private Match load(Expression.Payload it) {
        byte[] from = it.header() == Expression.Header.NETWORK ? network : transport;
        boolean[] fromKnown = it.header() == Expression.Header.NETWORK ? networkKnown : transportKnown;
        forget(it.register(), it.length());
        int at = Register.wordOf(it.register()) * WORD;
        if (it.header() == Expression.Header.LINK || it.offset() + it.length() > from.length
                || at < 0 || at + it.length() > REGISTERS) {
            return Match.YES;
        }
        System.arraycopy(from, it.offset(), registers, at, it.length());
        System.arraycopy(fromKnown, it.offset(), known, at, it.length());
        return Match.YES;
    }

    private Match meta(Expression.Meta it) {
        return switch (it.key()) {
            case NFPROTO -> set(it.register(), Bytes.u8(v4 ? NFPROTO_IPV4 : NFPROTO_IPV6));
            case L4PROTO -> set(it.register(), Bytes.u8(IPPROTO_TCP));
            case PROTOCOL -> set(it.register(), Bytes.u16(v4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6));
            case MARK, IIF, OIF, IIFNAME, OIFNAME, IIFTYPE, PKTTYPE ->
                    forget(it.register(), it.key() == MetaKey.IIFNAME || it.key() == MetaKey.OIFNAME ? 16 : WORD);
        };
    }

    private Match set(int register, Bytes value) {
        int at = Register.wordOf(register) * WORD;
        if (at >= 0 && at + value.length() <= REGISTERS) {
            put(registers, known, at, value);
            // What is left of a word is zero.
            for (int rest = at + value.length(); rest % WORD != 0; rest++) {
                registers[rest] = 0;
                known[rest] = true;
            }
        }
        return Match.YES;
    }

    private Match forget(int register, int length) {
        int at = Register.wordOf(register) * WORD;
        if (at >= 0) {
            Arrays.fill(known, at, Math.min(REGISTERS, at + length + 3 & ~3), false);
        }
        return Match.YES;
    }

    private Optional<Bytes> value(int register, int length) {
        int at = Register.wordOf(register) * WORD;
        if (at < 0 || at + length > REGISTERS) {
            return Optional.empty();
        }
        for (int i = at; i < at + length; i++) {
            if (!known[i]) {
                return Optional.empty();
            }
        }
        return Optional.of(Bytes.of(registers, at, at + length));
    }

    private Match bitwise(Expression.Bitwise it) {
        int length = it.mask().length();
        var source = value(it.source(), length);
        if (source.isEmpty()) {
            return forget(it.target(), length);
        }
        var result = new byte[length];
        for (int i = 0; i < length; i++) {
            result[i] = (byte) (source.get().at(i) & it.mask().at(i) ^ it.xor().at(i));
        }
        return set(it.target(), Bytes.of(result));
    }

    private Match byteorder(Expression.Byteorder it) {
        var source = value(it.source(), it.length());
        if (source.isEmpty()) {
            return forget(it.target(), it.length());
        }
        var result = source.get().toArray();
        if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
            for (int start = 0; start + it.size() <= result.length; start += it.size()) {
                for (int i = 0; i < it.size() / 2; i++) {
                    byte swapped = result[start + i];
                    result[start + i] = result[start + it.size() - 1 - i];
                    result[start + it.size() - 1 - i] = swapped;
                }
            }
        }
        return set(it.target(), Bytes.of(result));
    }

    private static Optional<NftSet> set(Table table, SetReference reference) {
        return switch (reference) {
            case SetReference.Anonymous anonymous -> Optional.of(anonymous.set());
            case SetReference.Named named -> table.set(named.name()).filter(set -> !set.holdsState());
        };
    }

    private Match lookup(Table table, Expression.Lookup it) {
        var set = set(table, it.set());
        var key = set.flatMap(each -> value(it.source(), each.keyLength()));
        it.target().ifPresent(target -> forget(target, 16));
        if (key.isEmpty() || set.get().isConcatenation() && set.get().interval()) {
            return Match.PERHAPS;
        }
        return of(row(set.get(), key.get()) >= 0 != it.negated());
    }

    /** The element that a key is in; -1 for none. */
    private static int row(NftSet set, Bytes key) {
        var elements = set.elements();
        int low = 0;
        int high = elements.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (elements.key(middle).compareTo(key) > 0) {
                high = middle - 1;
            } else if (elements.end(middle).compareTo(key) < 0) {
                low = middle + 1;
            } else {
                return middle;
            }
        }
        return -1;
    }

    private Matched verdicts(Table table, Expression.Lookup it, Match before) {
        var set = set(table, it.set());
        var key = set.flatMap(each -> value(it.source(), each.keyLength()));
        if (key.isPresent() && !(set.get().isConcatenation() && set.get().interval())) {
            int row = row(set.get(), key.get());
            return row < 0 ? new Matched(Match.NO, List.of())
                    : new Matched(before, set.get().elements().verdict(row).stream().toList());
        }
        var all = set.map(NftSet::elements);
        var some = new ArrayList<Verdict>();
        for (int row = 0; all.isPresent() && row < all.get().size(); row++) {
            all.get().verdict(row).filter(each -> !some.contains(each)).ifPresent(some::add);
        }
        return new Matched(Match.PERHAPS, some);
    }
}
