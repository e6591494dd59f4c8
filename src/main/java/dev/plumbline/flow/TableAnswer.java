package dev.plumbline.flow;

import dev.plumbline.state.FibResult;

/** What one table says of a flow. */
public sealed interface TableAnswer {

    /** A route takes it, unless the rule that asked refuses such a route. */
    record Match(FibResult.Found found) implements TableAnswer {
    }

    /** No route, or one of type {@code throw}: the next rule is tried. */
    record Continue() implements TableAnswer {
    }

    /** A route ends the matter without a way: refusing, or not modelled. */
    record End(FibResult result) implements TableAnswer {
    }

    /** The next rule is tried. */
    TableAnswer CONTINUE = new Continue();

    /** Something that plumbline does not model decides. */
    static TableAnswer unknown(String reason) {
        return new End(new FibResult.Unknown(reason));
    }

    /** A table or a route refuses. */
    static TableAnswer refused(FibResult.Refusal why) {
        return new End(new FibResult.Refused(why));
    }
}
