package dev.plumbline.kernel.firewall;

import static dev.plumbline.netlink.NfTablesMessages.*;

import dev.plumbline.netlink.Errno;
import dev.plumbline.netlink.MessageReader;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.netlink.Nfnetlink;
import dev.plumbline.state.RawAttribute;
import dev.plumbline.state.firewall.Chain;
import dev.plumbline.state.firewall.FirewallState;
import dev.plumbline.state.firewall.LiveFirewall;
import dev.plumbline.state.firewall.LiveFirewall.ChainId;
import dev.plumbline.state.firewall.LiveFirewall.Count;
import dev.plumbline.state.firewall.LiveFirewall.LiveRules;
import dev.plumbline.state.firewall.NftSet;
import dev.plumbline.state.firewall.Rule;
import dev.plumbline.state.firewall.SetElements;
import dev.plumbline.state.firewall.Table;
import dev.plumbline.state.firewall.TableFamily;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Reads plumbline's tables once. Rules are dumped chain by chain: a dump walks from its beginning for each datagram.
 */
final class FirewallReader {

    /** How often to list chains again that others changed meanwhile: a list is short. */
    private static final int TRIES = 100;

    private final NetlinkSocket socket;
    private final Map<ChainId, LiveRules> rules = new HashMap<>();

    FirewallReader(NetlinkSocket socket) {
        this.socket = socket;
    }

    /**
     * All tables of ours.
     *
     * @throws NetlinkException {@link Errno#ENOENT} if something went away during the read
     */
    LiveFirewall read() throws NetlinkException {
        var tables = new ArrayList<Table>();
        for (var family : TableFamily.values()) {
            var flags = flags(family);
            if (flags.isPresent()) {
                tables.add(table(family, flags.getAsInt()));
            }
        }
        return tables.isEmpty() ? LiveFirewall.NONE : new LiveFirewall(new FirewallState(tables), rules);
    }

    /** The flags of the table; empty if there is none, or the kernel has no such family, or no nf_tables at all. */
    private OptionalInt flags(TableFamily family) throws NetlinkException {
        int[] flags = {0};
        try {
            socket.request(NFT_MSG_GETTABLE, 0, writer -> Nfnetlink.header(writer, family.number())
                    .string(NFTA_TABLE_NAME, Table.NAME), message -> {
                        var attributes = message.attributes(Nfnetlink.HEADER);
                        while (attributes.next()) {
                            if (attributes.type() == NFTA_TABLE_FLAGS) {
                                flags[0] = (int) attributes.u32be();
                            }
                        }
                    });
            return OptionalInt.of(flags[0]);
        } catch (NetlinkException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.EOPNOTSUPP || e.errno() == Errno.EINVAL) {
                return OptionalInt.empty();
            }
            throw e;
        }
    }

    private Table table(TableFamily family, int flags) throws NetlinkException {
        var sets = sets(family);
        var anonymous = new HashMap<String, NftSet>();
        sets.values().stream().filter(each -> each.set().isAnonymous())
                .forEach(each -> anonymous.put(each.name(), each.set()));
        var decoder = new ExpressionDecoder(anonymous);
        var chains = new ArrayList<Chain>();
        for (var chain : chains(family)) {
            chains.add(new Chain(chain.name(), chain.base(), rules(family, chain.name(), decoder)));
        }
        return new Table(family, flags, chains, sets.values().stream().map(SetCodec.Read::set)
                .filter(set -> !set.isAnonymous()).toList());
    }

    private List<Chain> chains(TableFamily family) throws NetlinkException {
        var chains = new ArrayList<Chain>();
        for (int attempt = 0; attempt < TRIES; attempt++) {
            // The kernel lists the chains of all tables, and goes on by number: those of others move ours.
            var dump = dump(NFT_MSG_GETCHAIN, family, writer -> { }, new NetlinkSocket.Visitor() {
                @Override
                public void begin() {
                    chains.clear();
                }

                @Override
                public void message(MessageReader message) {
                    if (ChainCodec.table(message).equals(Table.NAME)) {
                        chains.add(ChainCodec.decode(family, message));
                    }
                }
            });
            if (!dump.interrupted() || dump.datagrams() < 2) {
                return chains;
            }
        }
        throw new NetlinkException("the chains changed during each of " + TRIES + " reads", Errno.EAGAIN);
    }

    private Map<String, SetCodec.Read> sets(TableFamily family) throws NetlinkException {
        var definitions = new ArrayList<SetCodec.Read>();
        dump(NFT_MSG_GETSET, family, writer -> writer.string(NFTA_SET_TABLE, Table.NAME), new NetlinkSocket.Visitor() {
            @Override
            public void begin() {
                definitions.clear();
            }

            @Override
            public void message(MessageReader message) {
                definitions.add(SetCodec.decode(message));
            }
        });
        var sets = new LinkedHashMap<String, SetCodec.Read>();
        for (var each : definitions) {
            sets.put(each.name(), each.set().holdsState() ? each : withElements(family, each));
        }
        return sets;
    }

    private SetCodec.Read withElements(TableFamily family, SetCodec.Read read) throws NetlinkException {
        var set = read.set();
        var collector = new ElementCodec.Collector(set);
        var elements = elements(family, read, collector);
        var other = new ArrayList<>(set.other());
        if (collector.isStrange()) {
            other.add(RawAttribute.of(NFTA_SET_ELEM_LIST_ELEMENTS, new byte[0]));
        }
        return new SetCodec.Read(read.name(), new NftSet(set.name(), set.key(), set.interval(), set.constant(),
                set.dynamic(), set.mapping(), set.timeout(), set.size(), elements, other), read.count());
    }

    /**
     * The elements of a set. A hash table that grew a moment ago is still being sorted anew, and a dump then leaves
     * elements out or lists them twice: it counts if there are as many as the kernel says, or if another brings the
     * same.
     */
    private SetElements elements(TableFamily family, SetCodec.Read read, ElementCodec.Collector collector)
            throws NetlinkException {
        SetElements before = null;
        for (int attempt = 0; attempt < TRIES; attempt++) {
            dumpElements(family, read.name(), collector);
            var elements = collector.elements();
            boolean hashed = !read.set().interval();
            boolean counted = read.count().isPresent() && read.count().getAsLong() == elements.size();
            if (!hashed || counted || elements.equals(before)) {
                return elements;
            }
            before = elements;
        }
        throw new NetlinkException("the elements of set " + read.name() + " changed during each of " + TRIES
                + " reads", Errno.EAGAIN);
    }

    private void dumpElements(TableFamily family, String name, ElementCodec.Collector collector)
            throws NetlinkException {
        dump(NFT_MSG_GETSETELEM, family, writer -> writer.string(NFTA_SET_ELEM_LIST_TABLE, Table.NAME)
                .string(NFTA_SET_ELEM_LIST_SET, name), new NetlinkSocket.Visitor() {
                    @Override
                    public void begin() {
                        collector.clear();
                    }

                    @Override
                    public void message(MessageReader message) {
                        collector.take(message);
                    }
                });
    }

    private List<Rule> rules(TableFamily family, String chain, ExpressionDecoder decoder) throws NetlinkException {
        var found = new RuleCollector(decoder);
        dump(NFT_MSG_GETRULE, family, writer -> writer.string(NFTA_RULE_TABLE, Table.NAME)
                .string(NFTA_RULE_CHAIN, chain), found);
        rules.put(new ChainId(family, chain), new LiveRules(Arrays.copyOf(found.handles, found.rules.size()),
                found.counts));
        return found.rules;
    }

    private static final class RuleCollector implements NetlinkSocket.Visitor {
        private final ExpressionDecoder decoder;
        private final List<Rule> rules = new ArrayList<>();
        private final List<List<Count>> counts = new ArrayList<>();
        private long[] handles = new long[64];

        RuleCollector(ExpressionDecoder decoder) {
            this.decoder = decoder;
        }

        @Override
        public void begin() {
            rules.clear();
            counts.clear();
        }

        @Override
        public void message(MessageReader message) {
            var read = RuleCodec.decode(message, decoder);
            if (rules.size() == handles.length) {
                handles = Arrays.copyOf(handles, handles.length * 2);
            }
            handles[rules.size()] = read.handle();
            rules.add(read.rule());
            counts.add(read.counts());
        }
    }

    private NetlinkSocket.Dump dump(int type, TableFamily family, NetlinkSocket.Request attributes,
            NetlinkSocket.Visitor visitor) throws NetlinkException {
        return socket.dump(type, writer -> attributes.write(Nfnetlink.header(writer, family.number())), visitor);
    }
}
