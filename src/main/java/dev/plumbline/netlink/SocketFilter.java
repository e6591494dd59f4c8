package dev.plumbline.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * A classic BPF program ({@code linux/filter.h}, {@code man 7 socket}: {@code SO_ATTACH_FILTER}) that looks at one
 * netlink message from its header on, and takes or drops it before it costs the socket anything. Numbers are given and
 * compared as the kernel has them in memory; the program's own loads are big-endian, so constants are turned round here.
 */
public final class SocketFilter {

    /** The longest program that the kernel takes ({@code BPF_MAXINSNS}). */
    public static final int MAX_LENGTH = 4096;

    private static final int LOAD_IMMEDIATE = 0x00;
    private static final int LOAD_IMMEDIATE_X = 0x01;
    private static final int COPY_TO_X = 0x07;
    private static final int LOAD_WORD = 0x20;
    private static final int LOAD_HALF = 0x28;
    private static final int LOAD_BYTE = 0x30;
    private static final int LOAD_WORD_AT_X = 0x40;
    private static final int LOAD_BYTE_AT_X = 0x50;
    private static final int JUMP = 0x05;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int JUMP_IF_SET = 0x45;
    private static final int RETURN = 0x06;
    /** {@code SKF_AD_OFF + SKF_AD_NLATTR}: the place of the attribute of type X among those from A on; 0 if none. */
    private static final int FIND_ATTRIBUTE = -0x1000 + 12;
    /** Behind an attribute's header. */
    private static final int PAYLOAD = 4;
    private static final boolean SWAP = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    /** A place further on in the program. */
    public static final class Label {
        private final List<Integer> jumps = new ArrayList<>();
    }

    private record Instruction(int code, int ifTrue, int ifFalse, int constant) {
    }

    private final List<Instruction> program = new ArrayList<>();
    private boolean half;
    private boolean single;

    private SocketFilter add(int code, int ifTrue, int ifFalse, int constant) {
        program.add(new Instruction(code, ifTrue, ifFalse, constant));
        return this;
    }

    /** Loads a byte at an offset from the message's header on. */
    public SocketFilter loadByte(int offset) {
        width(true, false);
        return add(LOAD_BYTE, 0, 0, offset);
    }

    /** Loads 16 bits. */
    public SocketFilter loadHalf(int offset) {
        width(false, true);
        return add(LOAD_HALF, 0, 0, offset);
    }

    /** Loads 32 bits. */
    public SocketFilter loadWord(int offset) {
        width(false, false);
        return add(LOAD_WORD, 0, 0, offset);
    }

    /**
     * Finds an attribute of the message and goes to {@code absent} if it has none.
     *
     * @param first offset of the first attribute from the message's header on
     */
    public SocketFilter find(int first, int type, Label absent) {
        add(LOAD_IMMEDIATE, 0, 0, first);
        add(LOAD_IMMEDIATE_X, 0, 0, type);
        add(LOAD_WORD, 0, 0, FIND_ATTRIBUTE);
        width(false, false);
        add(JUMP_IF_EQUAL, 0, 1, 0);
        jump(absent);
        return add(COPY_TO_X, 0, 0, 0);
    }

    /** Loads the first byte of the attribute that was found. */
    public SocketFilter loadByteOfAttribute() {
        width(true, false);
        return add(LOAD_BYTE_AT_X, 0, 0, PAYLOAD);
    }

    /** Loads the first 32 bits of the attribute that was found. */
    public SocketFilter loadWordOfAttribute() {
        width(false, false);
        return add(LOAD_WORD_AT_X, 0, 0, PAYLOAD);
    }

    private void width(boolean isByte, boolean isHalf) {
        single = isByte;
        half = isHalf;
    }

    private int asLoaded(int value) {
        if (single || !SWAP) {
            return value;
        }
        return half ? Short.reverseBytes((short) value) & 0xffff : Integer.reverseBytes(value);
    }

    /** Goes on at the label if what was loaded is this number. */
    public SocketFilter ifEqual(int value, Label then) {
        add(JUMP_IF_EQUAL, 0, 1, asLoaded(value));
        return jump(then);
    }

    /** Goes on at the label if what was loaded is one of these numbers. */
    public SocketFilter ifAny(Collection<Integer> values, Label then) {
        values.forEach(value -> ifEqual(value, then));
        return this;
    }

    /** Goes on at the label if what was loaded has one of these bits. */
    public SocketFilter ifSet(int bits, Label then) {
        add(JUMP_IF_SET, 0, 1, asLoaded(bits));
        return jump(then);
    }

    /** Goes on at the label. Jumps under a condition reach 255 instructions, these any number. */
    public SocketFilter jump(Label label) {
        label.jumps.add(program.size());
        return add(JUMP, 0, 0, -1);
    }

    /** The label is here. */
    public SocketFilter at(Label label) {
        for (int from : label.jumps) {
            program.set(from, new Instruction(JUMP, 0, 0, program.size() - from - 1));
        }
        label.jumps.clear();
        return this;
    }

    /** Takes the message, whole. */
    public SocketFilter take() {
        return add(RETURN, 0, 0, -1);
    }

    /** Drops the message. */
    public SocketFilter drop() {
        return add(RETURN, 0, 0, 0);
    }

    /** Instructions so far; the kernel takes up to {@link #MAX_LENGTH}. */
    public int length() {
        return program.size();
    }

    /** {@code struct sock_filter} each. */
    ByteBuffer encoded() {
        var buffer = Descriptor.direct(program.size() * 8);
        for (var each : program) {
            buffer.putShort((short) each.code).put((byte) each.ifTrue).put((byte) each.ifFalse).putInt(each.constant);
        }
        return buffer.flip();
    }
}
