package dev.plumbline.intent.firewall;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What of a packet a condition looks at. A rule's conditions stand in this order. */
public enum Subject {
    /** {@code ipv4} or {@code ipv6} alone. */
    FAMILY("family", Form.SINGLE),
    /** The device that the packet came by; a trailing {@code *} stands for anything. */
    IN_INTERFACE("inInterface", Form.LIST),
    OUT_INTERFACE("outInterface", Form.LIST),
    /** Prefixes, addresses, ranges, or the name of a set. */
    SOURCE("source", Form.LIST),
    DESTINATION("destination", Form.LIST),
    /** By name or number. */
    PROTOCOL("protocol", Form.LIST),
    SOURCE_PORT("sourcePort", Form.LIST),
    DESTINATION_PORT("destinationPort", Form.LIST),
    /** By name, or {@code type/code}. */
    ICMP_TYPE("icmpType", Form.LIST),
    ICMPV6_TYPE("icmpv6Type", Form.LIST),
    /** {@code syn/fin,syn,rst,ack}: of those behind the slash exactly those before it are set. */
    TCP_FLAGS("tcpFlags", Form.SINGLE),
    /** With or without a mask. */
    MARK("mark", Form.SINGLE),
    CT_STATE("ctState", Form.LIST),
    CT_MARK("ctMark", Form.SINGLE),
    PACKET_TYPE("packetType", Form.LIST),
    SOURCE_MAC("sourceMac", Form.LIST),
    /** What the routes make of the destination address ({@code fib daddr type}). */
    DESTINATION_TYPE("destinationType", Form.LIST),
    /** Whether the route back to the source leaves by the incoming device. */
    REVERSE_PATH("reversePath", Form.SINGLE),
    /** {@code services dst,dst}: fields together are in a named set. */
    SET("set", Form.SINGLE),
    /** {@code 10/minute burst 20}; negated: what is beyond that. */
    LIMIT("limit", Form.SINGLE);

    /** How much may be said of a subject at once. */
    private enum Form { SINGLE, LIST }

    private final String field;
    private final Form form;

    Subject(String field, Form form) {
        this.field = field;
        this.form = form;
    }

    /** The name of its field in YAML. */
    public String field() {
        return field;
    }

    /** Whether several alternatives may be given, with commas between them. */
    public boolean isList() {
        return form == Form.LIST;
    }

    /** Whether the contrary can be asked for. */
    public boolean isNegatable() {
        return this != FAMILY && this != REVERSE_PATH;
    }

    /** The subject of a field. */
    public static Optional<Subject> of(String field) {
        return Arrays.stream(values()).filter(each -> each.field.equals(field)).findFirst();
    }

    /** The names of all fields. */
    public static List<String> fields() {
        return Arrays.stream(values()).map(Subject::field).toList();
    }
}
