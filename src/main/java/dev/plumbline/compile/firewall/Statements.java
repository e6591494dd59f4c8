package dev.plumbline.compile.firewall;

import dev.plumbline.intent.firewall.Action;
import dev.plumbline.intent.firewall.Operand;
import dev.plumbline.intent.firewall.RejectType;
import dev.plumbline.state.firewall.Expression;
import dev.plumbline.state.firewall.Statement;
import dev.plumbline.state.firewall.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/** What a rule's actions are in nftables. */
final class Statements {

    private Statements() {
    }

    /**
     * Actions, none of which is a lookup.
     *
     * @param chains the name in the table of the sub-chain that a rule calls so
     */
    static List<Statement> of(List<Action> actions, UnaryOperator<String> chains) {
        var statements = new ArrayList<Statement>();
        for (var action : actions) {
            statements.add(of(action, chains));
        }
        return statements;
    }

    private static Statement of(Action action, UnaryOperator<String> chains) {
        return switch (action) {
            case Action.Count it -> Statement.counter();
            case Action.Log it -> new Statement.Plain(new Expression.Log(it.prefix(), it.group(),
                    it.group().isPresent() ? Expression.Log.DEFAULT_LEVEL : it.level(), 0, 0, 0));
            case Action.RestoreMark it -> new Statement.CopyMark(false);
            case Action.SaveMark it -> new Statement.CopyMark(true);
            case Action.SetMark it -> mark(false, it.mark());
            case Action.SetCtMark it -> mark(true, it.mark());
            case Action.ClampMss it -> new Statement.ClampMss(it.bytes());
            case Action.Accept it -> Statement.of(Verdict.ACCEPT);
            case Action.Drop it -> Statement.of(Verdict.DROP);
            case Action.Return it -> Statement.of(Verdict.RETURN);
            case Action.Notrack it -> Statement.notrack();
            case Action.Reject it -> reject(it.type());
            case Action.Jump it -> Statement.of(it.go() ? Verdict.go(chains.apply(it.chain()))
                    : Verdict.jump(chains.apply(it.chain())));
            case Action.Dnat it -> nat(false, (Operand.Endpoint) it.to(), it.options());
            case Action.Snat it -> nat(true, (Operand.Endpoint) it.to(), it.options());
            case Action.Masquerade it -> new Statement.Masquerade(it.ports().map(Statements::ports),
                    options(it.options()));
            case Action.Redirect it -> new Statement.Redirect(it.ports().map(Statements::ports),
                    options(it.options()));
            case Action.Copy it -> new Statement.Copy(Optional.of(((Operand.Network) it.to()).prefix().address()),
                    OptionalInt.empty());
            case Action.Lookup it -> throw new IllegalArgumentException("a lookup is a mark, or a rule of routing");
        };
    }

    private static Statement mark(boolean ofConnection, Operand operand) {
        var mark = (Operand.Masked) operand;
        return new Statement.SetMark(ofConnection, mark.value(), mark.mask());
    }

    private static Statement reject(RejectType type) {
        var kind = type == RejectType.TCP_RESET ? Expression.RejectType.TCP_RESET
                : type.family().isPresent() ? Expression.RejectType.ICMP : Expression.RejectType.ICMPX;
        return new Statement.Reject(kind, type.code(), type.family());
    }

    private static Statement nat(boolean source, Operand.Endpoint to, Action.NatOptions options) {
        return new Statement.Nat(source, to.addresses().map(range -> new Statement.Addresses(range.from(), range.to())),
                to.ports().map(Statements::ports), options(options));
    }

    private static Statement.Ports ports(Operand operand) {
        var ports = (Operand.Ports) operand;
        return new Statement.Ports(ports.from(), ports.to());
    }

    private static int options(Action.NatOptions options) {
        return (options.random() ? Expression.Nat.RANDOM : 0) | (options.persistent() ? Expression.Nat.PERSISTENT : 0)
                | (options.fullyRandom() ? Expression.Nat.FULLY_RANDOM : 0);
    }
}
