package dev.plumbline.state;

/** What a rule does with a packet that it matches ({@code FR_ACT_*}, {@code linux/fib_rules.h}). */
public sealed interface RuleAction {

    /** Looks the packet up in a table. */
    record Lookup(long table) implements RuleAction {
        @Override
        public String toString() {
            return "lookup " + Route.tableName(table);
        }
    }

    /** Looks the packet up in the table of the VRF that it belongs to ({@code FRA_L3MDEV}). */
    record L3mdev() implements RuleAction {
        @Override
        public String toString() {
            return "lookup [l3mdev-table]";
        }
    }

    /** Goes on at the first rule with this priority or a later one. */
    record Goto(long priority) implements RuleAction {
        @Override
        public String toString() {
            return "goto " + priority;
        }
    }

    /** Drops without a word. */
    record Blackhole() implements RuleAction {
        @Override
        public String toString() {
            return "blackhole";
        }
    }

    /** Answers with ICMP net unreachable. */
    record Unreachable() implements RuleAction {
        @Override
        public String toString() {
            return "unreachable";
        }
    }

    /** Answers with ICMP administratively prohibited. */
    record Prohibit() implements RuleAction {
        @Override
        public String toString() {
            return "prohibit";
        }
    }

    /** Does nothing: a place to jump to. */
    record Nop() implements RuleAction {
        @Override
        public String toString() {
            return "nop";
        }
    }

    /** An action that no kernel of today has. */
    record Unknown(int number) implements RuleAction {
        @Override
        public String toString() {
            return "action " + number;
        }
    }
}
