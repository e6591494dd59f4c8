package dev.plumbline.state.firewall;

import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** What a rule does, before it is expressions ({@link RuleBuilder}). */
public sealed interface Statement {

    /** What is one expression already: a verdict, a limit, a log, a counter, no tracking. */
    record Plain(Expression expression) implements Statement {
    }

    /**
     * Rewrites addresses, ports, or both.
     *
     * @param addresses one or a range; absent: they stay
     * @param ports one or a range; absent: they stay; with ports a test of the protocol belongs before it
     * @param options {@link Expression.Nat#RANDOM} and the like
     */
    record Nat(boolean source, Optional<Addresses> addresses, Optional<Ports> ports, int options)
            implements Statement {
    }

    /** Both ends included. */
    record Addresses(IpAddress from, IpAddress to) {
    }

    /** Both ends included. */
    record Ports(int from, int to) {
    }

    /** Rewrites the source to that of the device that the packet leaves by. */
    record Masquerade(Optional<Ports> ports, int options) implements Statement {
    }

    /** Rewrites the destination to this host. */
    record Redirect(Optional<Ports> ports, int options) implements Statement {
    }

    /**
     * Sets the bits of a mask in the mark of the packet or of its connection.
     *
     * @param value no bits outside of the mask
     */
    record SetMark(boolean ofConnection, long value, long mask) implements Statement {
    }

    /** Copies the mark of the packet to its connection, or back. */
    record CopyMark(boolean toConnection) implements Statement {
    }

    /** Answers with an error, and drops: of ICMP for this family where it is present, else for either. */
    record Reject(Expression.RejectType type, int code, Optional<Family> family)
            implements Statement {
    }

    /**
     * Sends a copy of the packet.
     *
     * @param gateway absent in a netdev table
     * @param device the index of a device; absent: as the routes say
     */
    record Copy(Optional<IpAddress> gateway, OptionalInt device) implements Statement {
    }

    /** Lowers the MSS of TCP to what fits the route, or to a number of bytes. */
    record ClampMss(OptionalInt bytes) implements Statement {
    }

    /** Goes by a map from these fields to verdicts. */
    record VerdictMap(List<Field> fields, String map) implements Statement {
        public VerdictMap {
            fields = List.copyOf(fields);
        }
    }

    static Statement of(Verdict verdict) {
        return new Plain(new Expression.Decide(verdict));
    }

    static Statement counter() {
        return new Plain(new Expression.Counter());
    }

    static Statement notrack() {
        return new Plain(new Expression.Notrack());
    }
}
