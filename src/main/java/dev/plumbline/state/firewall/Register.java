package dev.plumbline.state.firewall;

/**
 * Registers ({@code enum nft_registers}): 1 to 4 have 16 bytes, 8 to 23 name the same memory in words of 4. The kernel
 * echoes the first word of a long register by the long register's number.
 */
public final class Register {

    /** Holds what becomes of the packet. */
    public static final int VERDICT = 0;
    public static final int FIRST = 1;

    private static final int FIRST_WORD = 8;
    private static final int WORDS = 16;

    private Register() {
    }

    /** The number by which the kernel echoes a register. */
    public static int canonical(int number) {
        int word = number - FIRST_WORD;
        return word >= 0 && word < WORDS && word % 4 == 0 ? word / 4 + 1 : number;
    }

    /**
     * The register that begins at a word.
     *
     * @param word 0 to 15
     */
    public static int word(int word) {
        if (word < 0 || word >= WORDS) {
            throw new IllegalArgumentException("registers have 64 bytes: no word " + word);
        }
        return canonical(FIRST_WORD + word);
    }

    /** The word at which a register begins; -1 for the verdict's, or a number that no register has. */
    public static int wordOf(int number) {
        if (number >= FIRST && number <= 4) {
            return (number - 1) * 4;
        }
        return number >= FIRST_WORD && number < FIRST_WORD + WORDS ? number - FIRST_WORD : -1;
    }
}
