package dev.plumbline.kernel;

import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.Prefix;
import dev.plumbline.state.firewall.Bytes;
import dev.plumbline.state.firewall.Expression;
import dev.plumbline.state.firewall.Expression.RejectType;
import dev.plumbline.state.firewall.Field;
import dev.plumbline.state.firewall.Match;
import dev.plumbline.state.firewall.Match.CtState;
import dev.plumbline.state.firewall.Match.TcpFlags;
import dev.plumbline.state.firewall.Match.Values;
import dev.plumbline.state.firewall.Statement;
import dev.plumbline.state.firewall.TableFamily;
import dev.plumbline.state.firewall.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Every form of a rule, in the words of nft and in ours, by the family of its table and the chain that takes it. */
final class FirewallForms {

    private static final int TCP = 6;
    private static final int UDP = 17;

    /**
     * One form.
     *
     * @param nft as nft prints it
     */
    record Form(TableFamily family, String chain, String nft, List<Match> matches, List<Statement> statements) {
    }

    private final List<Form> forms = new ArrayList<>();
    private TableFamily family = TableFamily.INET;
    private String chain = "";

    private FirewallForms() {
    }

    static List<Form> all() {
        var all = new FirewallForms();
        all.in(TableFamily.INET, "forw");
        all.interfaces();
        all.addresses();
        all.protocols();
        all.marks();
        all.connections();
        all.others();
        all.actions();
        all.in(TableFamily.INET, "raw").early();
        all.in(TableFamily.INET, "pre").destinations();
        all.in(TableFamily.INET, "post").sources();
        all.in(TableFamily.IP, "mangle").ipv4();
        all.in(TableFamily.IP, "nat").nat4();
        all.in(TableFamily.IP6, "mangle").ipv6();
        all.in(TableFamily.IP6, "nat").nat6();
        all.in(TableFamily.NETDEV, "dev").device();
        return all.forms;
    }

    private FirewallForms in(TableFamily family, String chain) {
        this.family = family;
        this.chain = chain;
        return this;
    }

    private void add(String nft, List<Match> matches, Statement... statements) {
        forms.add(new Form(family, chain, nft, matches, List.of(statements)));
    }

    /** A condition, and accept. */
    private void when(String nft, Match... matches) {
        add(nft + " accept", List.of(matches), Statement.of(Verdict.ACCEPT));
    }

    private void then(String nft, Statement... statements) {
        add(nft, List.of(), statements);
    }

    private void interfaces() {
        when("iifname \"eth0\"", Match.in("eth0", false));
        when("iifname \"eth*\"", Match.in("eth*", false));
        when("iifname != \"eth*\"", Match.in("eth*", true));
        when("oifname != \"eth0\"", Match.out("eth0", true));
        when("iifname { \"eth0\", \"eth1\" }", new Match.Is(Field.IN_INTERFACE, Match.any(List.of(name("eth0"),
                name("eth1"))), false));
        when("oifname @names", new Match.Is(Field.OUT_INTERFACE, new Values.InSet("names"), false));
    }

    private static Values name(String text) {
        return new Values.One(Bytes.text(text, 16));
    }

    private void addresses() {
        for (boolean not : new boolean[] {false, true}) {
            var is = not ? "!= " : "";
            when("ip saddr " + is + "10.0.0.0/8", Match.source(prefix("10.0.0.0/8"), not));
            when("ip saddr " + is + "10.16.0.0/12", Match.source(prefix("10.16.0.0/12"), not));
            when("ip daddr " + is + "10.0.0.1", Match.destination(prefix("10.0.0.1/32"), not));
            when("ip daddr " + is + "10.0.0.1-10.0.0.9", new Match.Is(Field.DESTINATION_IPV4,
                    Match.values(address("10.0.0.1"), address("10.0.0.9")), not));
            when("ip saddr " + is + "{ 10.0.0.1, 10.0.0.5 }", new Match.Is(Field.SOURCE_IPV4, Match.any(List.of(
                    value("10.0.0.1/32"), value("10.0.0.5/32"))), not));
            when("ip saddr " + is + "@four", new Match.Is(Field.SOURCE_IPV4, new Values.InSet("four"), not));
            when("ip6 saddr " + is + "2001:db8::/32", Match.source(prefix("2001:db8::/32"), not));
            when("ip6 daddr " + is + "2001:db8::/33", Match.destination(prefix("2001:db8::/33"), not));
            when("ip6 daddr " + is + "2001:db8::1", Match.destination(prefix("2001:db8::1/128"), not));
            when("ip6 saddr " + is + "2001:db8::1-2001:db8::9", new Match.Is(Field.SOURCE_IPV6,
                    Match.values(address("2001:db8::1"), address("2001:db8::9")), not));
        }
        when("ip saddr { 10.0.0.0/8, 192.0.2.1-192.0.2.7, 198.51.100.1 }", new Match.Is(Field.SOURCE_IPV4,
                Match.any(List.of(value("198.51.100.1/32"), value("10.0.0.0/8"),
                        Match.values(address("192.0.2.1"), address("192.0.2.7")))), false));
        when("ip6 saddr { 2001:db8:1::/48, 2001:db8:2::1 }", new Match.Is(Field.SOURCE_IPV6,
                Match.any(List.of(value("2001:db8:1::/48"), value("2001:db8:2::1/128"))), false));
        when("ip saddr 10.0.0.1 ip daddr 10.0.0.2", Match.source(prefix("10.0.0.1/32"), false),
                Match.destination(prefix("10.0.0.2/32"), false));
        when("ip saddr { 10.0.0.1, 224.0.0.0/3 }", new Match.Is(Field.SOURCE_IPV4, Match.any(List.of(
                Match.values(address("224.0.0.0"), address("255.255.255.255")), value("10.0.0.1/32"))), false));
    }

    private void protocols() {
        when("meta nfproto ipv4", new Match.NetworkFamily(Family.IPV4));
        when("meta nfproto ipv6", new Match.NetworkFamily(Family.IPV6));
        when("meta l4proto tcp", Match.protocol(TCP, false));
        when("meta l4proto != tcp", Match.protocol(TCP, true));
        when("meta l4proto { tcp, udp } th dport 53", Match.protocols(List.of(TCP, UDP), false), ports(53, 53, false));
        when("tcp dport 22", Match.protocol(TCP, false), ports(22, 22, false));
        when("tcp dport != 22", Match.protocol(TCP, false), ports(22, 22, true));
        when("tcp dport 22-25 tcp sport 1024-65535", Match.protocol(TCP, false), ports(22, 25, false),
                new Match.Is(Field.SOURCE_PORT, Match.ports(1024, 65535), false));
        when("tcp dport != 22-25", Match.protocol(TCP, false), ports(22, 25, true));
        when("tcp dport { 22, 443 }", Match.protocol(TCP, false), new Match.Is(Field.DESTINATION_PORT,
                Match.any(List.of(Match.ports(22, 22), Match.ports(443, 443))), false));
        when("udp dport { 53, 80-90 }", Match.protocol(UDP, false), new Match.Is(Field.DESTINATION_PORT,
                Match.any(List.of(Match.ports(53, 53), Match.ports(80, 90))), false));
        when("tcp dport @ports", Match.protocol(TCP, false),
                new Match.Is(Field.DESTINATION_PORT, new Values.InSet("ports"), false));
        when("sctp dport 5060", Match.protocol(132, false), ports(5060, 5060, false));
        when("icmp type echo-request", new Match.Icmp(Family.IPV4, 8, Optional.empty(), false));
        when("icmp type destination-unreachable icmp code frag-needed",
                new Match.Icmp(Family.IPV4, 3, Optional.of(4), false));
        when("icmpv6 type nd-neighbor-solicit", new Match.Icmp(Family.IPV6, 135, Optional.empty(), false));
        when("icmp type { echo-reply, echo-request }", new Match.Is(Field.ICMP_TYPE, Match.any(List.of(
                new Values.One(Bytes.u8(8)), new Values.One(Bytes.u8(0)))), false));
        when("icmpv6 type { nd-router-advert, nd-neighbor-solicit }", new Match.Is(Field.ICMPV6_TYPE, Match.any(List.of(
                new Values.One(Bytes.u8(135)), new Values.One(Bytes.u8(134)))), false));
        when("tcp flags syn / syn,ack", new TcpFlags(TcpFlags.SYN, TcpFlags.SYN | TcpFlags.ACK, false));
        when("tcp flags != syn / fin,syn,rst,ack", new TcpFlags(TcpFlags.SYN,
                TcpFlags.FIN | TcpFlags.SYN | TcpFlags.RST | TcpFlags.ACK, true));
        when("ip saddr . tcp dport @services", new Match.NetworkFamily(Family.IPV4), Match.protocol(TCP, false),
                new Match.Together(List.of(Field.SOURCE_IPV4, Field.DESTINATION_PORT), "services", false));
        when("ip saddr . tcp dport != @pairs", new Match.NetworkFamily(Family.IPV4), Match.protocol(TCP, false),
                new Match.Together(List.of(Field.SOURCE_IPV4, Field.DESTINATION_PORT), "pairs", true));
        when("iifname . ip6 saddr @sixes", new Match.Together(List.of(Field.IN_INTERFACE, Field.SOURCE_IPV6), "sixes",
                false));
    }

    private static Match ports(int from, int to, boolean not) {
        return new Match.Is(Field.DESTINATION_PORT, Match.ports(from, to), not);
    }

    private void marks() {
        when("meta mark 0x00000010", Match.mark(0x10, false));
        when("meta mark != 0x00000000", Match.mark(0, true));
        when("meta mark & 0x000000ff == 0x00000010", new Match.MarkBits(false, 0x10, 0xff, false));
        when("meta mark & 0x000000ff != 0x00000010", new Match.MarkBits(false, 0x10, 0xff, true));
        when("meta mark { 0x00000010, 0x00000020 }", new Match.Is(Field.MARK, Match.any(List.of(
                new Values.One(Bytes.host32(0x20)), new Values.One(Bytes.host32(0x10)))), false));
        when("meta mark @marks", new Match.Is(Field.MARK, new Values.InSet("marks"), false));
        when("ct mark 0x00000010", new Match.Is(Field.CT_MARK, new Values.One(Bytes.host32(0x10)), false));
        when("ct mark & 0x000000ff == 0x00000010", new Match.MarkBits(true, 0x10, 0xff, false));
    }

    private void connections() {
        when("ct state new", new CtState(CtState.NEW, false));
        when("ct state established,related", new CtState(CtState.ESTABLISHED | CtState.RELATED, false));
        when("ct state ! invalid,new,untracked", new CtState(CtState.INVALID | CtState.NEW | CtState.UNTRACKED, true));
        when("ct status dnat", new Match.CtStatus(32, false));
    }

    private void others() {
        when("meta pkttype broadcast", pktType(1, false));
        when("meta pkttype != host", pktType(0, true));
        when("ether saddr 00:11:22:33:44:55", mac(false));
        when("ip saddr 10.0.0.1 ether saddr != 00:11:22:33:44:55", Match.source(prefix("10.0.0.1/32"), false),
                mac(true));
        when("ether saddr @macs", new Match.Is(Field.SOURCE_MAC, new Values.InSet("macs"), false));
        limit("limit rate 10/second", 10, 1, 5, false, false);
        limit("limit rate 10/second burst 20 packets", 10, 1, 20, false, false);
        limit("limit rate over 10/minute", 10, 60, 0, false, true);
        limit("limit rate 3/hour", 3, 3600, 5, false, false);
        limit("limit rate 3/day", 3, 86_400, 5, false, false);
        limit("limit rate 10 kbytes/second", 10_240, 1, 0, true, false);
        limit("limit rate 10 kbytes/second burst 1 mbytes", 10_240, 1, 1 << 20, true, false);
    }

    private static Match pktType(int type, boolean not) {
        return new Match.Is(Field.PACKET_TYPE, new Values.One(Bytes.u8(type)), not);
    }

    private static Match mac(boolean not) {
        return new Match.Is(Field.SOURCE_MAC, new Values.One(Bytes.of(new byte[] {0, 0x11, 0x22, 0x33, 0x44, 0x55})),
                not);
    }

    private void limit(String nft, long rate, long unit, long burst, boolean bytes, boolean over) {
        then(nft + " accept", new Statement.Plain(new Expression.Limit(rate, unit, burst, bytes, over)),
                Statement.of(Verdict.ACCEPT));
    }

    private void actions() {
        then("accept", Statement.of(Verdict.ACCEPT));
        then("drop", Statement.of(Verdict.DROP));
        then("return", Statement.of(Verdict.RETURN));
        then("jump sub", Statement.of(Verdict.jump("sub")));
        then("goto sub", Statement.of(Verdict.go("sub")));
        then("reject", new Statement.Reject(RejectType.ICMPX, 1, Optional.empty()));
        then("reject with icmpx admin-prohibited", new Statement.Reject(RejectType.ICMPX, 3, Optional.empty()));
        then("reject with icmp host-unreachable", new Statement.Reject(RejectType.ICMP, 1, Optional.of(Family.IPV4)));
        then("reject with icmpv6 no-route", new Statement.Reject(RejectType.ICMP, 0, Optional.of(Family.IPV6)));
        then("meta l4proto tcp reject with tcp reset",
                new Statement.Reject(RejectType.TCP_RESET, 0, Optional.empty()));
        then("meta mark set 0x00000010", new Statement.SetMark(false, 0x10, 0xffffffffL));
        then("meta mark set meta mark & 0xffffff10 | 0x00000010", new Statement.SetMark(false, 0x10, 0xff));
        then("ct mark set 0x00000010", new Statement.SetMark(true, 0x10, 0xffffffffL));
        then("ct mark set ct mark & 0xffffff10 | 0x00000010", new Statement.SetMark(true, 0x10, 0xff));
        then("ct mark set meta mark", new Statement.CopyMark(true));
        then("meta mark set ct mark", new Statement.CopyMark(false));
        log("log", "", OptionalInt.empty(), 4, 0, 0, 0);
        log("log prefix \"hello \" level info", "hello ", OptionalInt.empty(), 6, 0, 0, 0);
        log("log level debug flags all", "", OptionalInt.empty(), 7, Expression.Log.ALL, 0, 0);
        log("log flags tcp sequence,options flags skuid", "", OptionalInt.empty(), 4, 11, 0, 0);
        log("log prefix \"hello\" group 3", "hello", OptionalInt.of(3), 4, 0, 0, 0);
        log("log group 3 snaplen 100 queue-threshold 5", "", OptionalInt.of(3), 4, 0, 100, 5);
        then("counter", Statement.counter());
        then("counter drop", Statement.counter(), Statement.of(Verdict.DROP));
        add("tcp flags syn / syn,rst tcp option maxseg size set 1400", List.of(new TcpFlags(TcpFlags.SYN,
                TcpFlags.SYN | TcpFlags.RST, false)), new Statement.ClampMss(OptionalInt.of(1400)));
        add("tcp flags syn / syn,rst tcp option maxseg size set rt mtu", List.of(new TcpFlags(TcpFlags.SYN,
                TcpFlags.SYN | TcpFlags.RST, false)), new Statement.ClampMss(OptionalInt.empty()));
        add("tcp dport vmap @verdicts", List.of(Match.protocol(TCP, false)),
                new Statement.VerdictMap(List.of(Field.DESTINATION_PORT), "verdicts"));
        add("iifname \"e0\" oifname \"e1\" ip saddr 10.0.0.1 tcp dport 22 ct state new counter accept",
                List.of(Match.in("e0", false), Match.out("e1", false), Match.source(prefix("10.0.0.1/32"), false),
                        Match.protocol(TCP, false), ports(22, 22, false), new CtState(CtState.NEW, false)),
                Statement.counter(), Statement.of(Verdict.ACCEPT));
    }

    private void log(String nft, String prefix, OptionalInt group, int level, int flags, long snaplen, int threshold) {
        then(nft, new Statement.Plain(new Expression.Log(prefix, group, level, flags, snaplen, threshold)));
    }

    private void early() {
        add("iifname \"tun0\" ip saddr 100.127.255.192/26 notrack", List.of(Match.in("tun0", false),
                Match.source(prefix("100.127.255.192/26"), false)), Statement.notrack());
        add("fib saddr . iif oif missing drop", List.of(new Match.ReversePath(false, false)),
                Statement.of(Verdict.DROP));
        when("fib saddr . mark . iif oif exists", new Match.ReversePath(true, true));
        when("fib daddr type local", new Match.DestinationType(2, false));
        when("fib daddr type != broadcast", new Match.DestinationType(3, true));
    }

    private void destinations() {
        var tcp45 = List.of(Match.protocol(TCP, false), ports(45, 45, false));
        add("tcp dport 45 dnat ip to 198.51.100.3:22", tcp45, dnat("198.51.100.3", "198.51.100.3", 22, 22, 0));
        add("tcp dport 45 dnat ip to 198.51.100.3", tcp45, dnat("198.51.100.3", "198.51.100.3", 0, 0, 0));
        add("tcp dport 45 dnat ip to 198.51.100.3-198.51.100.9:22-30", tcp45,
                dnat("198.51.100.3", "198.51.100.9", 22, 30, 0));
        add("tcp dport 45 dnat ip to 198.51.100.3 random,persistent", tcp45, dnat("198.51.100.3", "198.51.100.3", 0, 0,
                Expression.Nat.RANDOM | Expression.Nat.PERSISTENT));
        add("tcp dport 45 dnat ip6 to [2001:db8::1]:22", tcp45, dnat("2001:db8::1", "2001:db8::1", 22, 22, 0));
        add("tcp dport 45 dnat ip6 to 2001:db8::1", tcp45, dnat("2001:db8::1", "2001:db8::1", 0, 0, 0));
        add("tcp dport 45 dnat ip6 to [2001:db8::1]-[2001:db8::5]:22-30", tcp45,
                dnat("2001:db8::1", "2001:db8::5", 22, 30, 0));
        add("tcp dport 45 redirect to :8080", tcp45, new Statement.Redirect(
                Optional.of(new Statement.Ports(8080, 8080)), 0));
        add("tcp dport 45 redirect to :8080-8090 random", tcp45, new Statement.Redirect(
                Optional.of(new Statement.Ports(8080, 8090)), Expression.Nat.RANDOM));
        add("tcp dport 45 redirect", tcp45, new Statement.Redirect(Optional.empty(), 0));
    }

    private static Statement dnat(String from, String to, int port, int lastPort, int options) {
        return new Statement.Nat(false, Optional.of(new Statement.Addresses(address(from), address(to))),
                port == 0 ? Optional.empty() : Optional.of(new Statement.Ports(port, lastPort)), options);
    }

    private void sources() {
        add("oifname \"eth0\" ip saddr 198.51.100.3 masquerade", List.of(Match.out("eth0", false),
                Match.source(prefix("198.51.100.3/32"), false)), new Statement.Masquerade(Optional.empty(), 0));
        add("meta l4proto tcp masquerade to :1024-2000 random", List.of(Match.protocol(TCP, false)),
                new Statement.Masquerade(Optional.of(new Statement.Ports(1024, 2000)), Expression.Nat.RANDOM));
        add("oifname \"eth0\" snat ip to 3.222.10.5", List.of(Match.out("eth0", false)), snat("3.222.10.5", 0));
        add("oifname \"eth0\" snat ip to 3.222.10.5 fully-random", List.of(Match.out("eth0", false)),
                snat("3.222.10.5", Expression.Nat.FULLY_RANDOM));
    }

    private static Statement snat(String to, int options) {
        return new Statement.Nat(true, Optional.of(new Statement.Addresses(address(to), address(to))),
                Optional.empty(), options);
    }

    private void ipv4() {
        add("ip saddr 10.0.0.1 tcp dport 22 dup to 198.51.100.3", List.of(Match.source(prefix("10.0.0.1/32"), false),
                Match.protocol(TCP, false), ports(22, 22, false)),
                new Statement.Copy(Optional.of(address("198.51.100.3")), OptionalInt.empty()));
        when("icmp type echo-request", new Match.Icmp(Family.IPV4, 8, Optional.empty(), false));
        when("ip saddr 10.0.0.0/8", Match.source(prefix("10.0.0.0/8"), false));
        when("ether saddr 00:11:22:33:44:55", mac(false));
        then("reject", new Statement.Reject(RejectType.ICMP, 3, Optional.of(Family.IPV4)));
        then("reject with icmp net-unreachable", new Statement.Reject(RejectType.ICMP, 0, Optional.of(Family.IPV4)));
    }

    private void nat4() {
        add("tcp dport 45 dnat to 198.51.100.3:22", List.of(Match.protocol(TCP, false), ports(45, 45, false)),
                dnat("198.51.100.3", "198.51.100.3", 22, 22, 0));
        add("tcp dport 45 dnat to :22", List.of(Match.protocol(TCP, false), ports(45, 45, false)),
                new Statement.Nat(false, Optional.empty(), Optional.of(new Statement.Ports(22, 22)), 0));
    }

    private void ipv6() {
        add("ip6 saddr ::1 dup to 2001:db8::1", List.of(Match.source(prefix("::1/128"), false)),
                new Statement.Copy(Optional.of(address("2001:db8::1")), OptionalInt.empty()));
        when("icmpv6 type echo-request", new Match.Icmp(Family.IPV6, 128, Optional.empty(), false));
        when("meta l4proto ipv6-icmp", Match.protocol(58, false));
        then("reject with icmpv6 no-route", new Statement.Reject(RejectType.ICMP, 0, Optional.of(Family.IPV6)));
        add("fib saddr . iif oif missing drop", List.of(new Match.ReversePath(false, false)),
                Statement.of(Verdict.DROP));
    }

    private void nat6() {
        add("tcp dport 45 dnat to [2001:db8::1]:22", List.of(Match.protocol(TCP, false), ports(45, 45, false)),
                dnat("2001:db8::1", "2001:db8::1", 22, 22, 0));
    }

    private void device() {
        add("ip saddr 10.0.0.1 tcp dport 22 drop", List.of(Match.source(prefix("10.0.0.1/32"), false),
                Match.protocol(TCP, false), ports(22, 22, false)), Statement.of(Verdict.DROP));
        add("ip6 saddr ::1 udp dport 53 drop", List.of(Match.source(prefix("::1/128"), false),
                Match.protocol(UDP, false), ports(53, 53, false)), Statement.of(Verdict.DROP));
        add("ether saddr 00:11:22:33:44:55 drop", List.of(mac(false)), Statement.of(Verdict.DROP));
        when("icmp type echo-request", new Match.Icmp(Family.IPV4, 8, Optional.empty(), false));
        then("meta mark set 0x00000001", new Statement.SetMark(false, 1, 0xffffffffL));
    }

    static Prefix prefix(String text) {
        return Prefix.parse(text).orElseThrow();
    }

    static IpAddress address(String text) {
        return IpAddress.parse(text).orElseThrow();
    }

    private static Values value(String prefix) {
        return Match.values(prefix(prefix));
    }
}
