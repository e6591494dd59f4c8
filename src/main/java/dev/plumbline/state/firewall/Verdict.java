package dev.plumbline.state.firewall;

import java.util.Optional;

/**
 * What becomes of a packet ({@code enum nft_verdicts}, {@code NF_*}).
 *
 * @param chain the chain to go to, for {@link Code#JUMP} and {@link Code#GOTO}; else empty
 */
public record Verdict(Code code, String chain) {

    public static final Verdict ACCEPT = new Verdict(Code.ACCEPT, "");
    public static final Verdict DROP = new Verdict(Code.DROP, "");
    public static final Verdict RETURN = new Verdict(Code.RETURN, "");
    public static final Verdict CONTINUE = new Verdict(Code.CONTINUE, "");

    public Verdict {
        boolean goes = code == Code.JUMP || code == Code.GOTO;
        if (goes == chain.isEmpty()) {
            throw new IllegalArgumentException("jump and goto have a chain, and no other verdict has");
        }
    }

    /** The kinds of verdicts, with their numbers in the kernel. */
    public enum Code {
        DROP(0), ACCEPT(1), CONTINUE(-1), BREAK(-2), JUMP(-3), GOTO(-4), RETURN(-5);

        private final int number;

        Code(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }

        public static Optional<Code> of(int number) {
            for (var code : values()) {
                if (code.number == number) {
                    return Optional.of(code);
                }
            }
            return Optional.empty();
        }
    }

    public static Verdict jump(String chain) {
        return new Verdict(Code.JUMP, chain);
    }

    /** Like a jump, without coming back. */
    public static Verdict go(String chain) {
        return new Verdict(Code.GOTO, chain);
    }

    /** As {@code nft} writes it. */
    @Override
    public String toString() {
        var word = switch (code) {
            case DROP -> "drop";
            case ACCEPT -> "accept";
            case CONTINUE -> "continue";
            case BREAK -> "break";
            case JUMP -> "jump";
            case GOTO -> "goto";
            case RETURN -> "return";
        };
        return chain.isEmpty() ? word : word + " " + chain;
    }
}
