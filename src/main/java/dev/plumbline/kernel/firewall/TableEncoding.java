package dev.plumbline.kernel.firewall;

import static dev.plumbline.netlink.NfTablesMessages.*;

import dev.plumbline.netlink.MessageWriter;
import dev.plumbline.netlink.Netlink;
import dev.plumbline.netlink.NfnetlinkBatch;
import dev.plumbline.state.Change;
import dev.plumbline.state.firewall.Chain;
import dev.plumbline.state.firewall.Expression;
import dev.plumbline.state.firewall.Expression.SetReference;
import dev.plumbline.state.firewall.FirewallEdits.Action;
import dev.plumbline.state.firewall.FirewallEdits.ChainEdit;
import dev.plumbline.state.firewall.FirewallEdits.RuleEdit;
import dev.plumbline.state.firewall.FirewallEdits.SetEdit;
import dev.plumbline.state.firewall.FirewallEdits.TableEdit;
import dev.plumbline.state.firewall.FirewallWords;
import dev.plumbline.state.firewall.LiveFirewall;
import dev.plumbline.state.firewall.LiveFirewall.Count;
import dev.plumbline.state.firewall.LiveFirewall.LiveRules;
import dev.plumbline.state.firewall.NftSet;
import dev.plumbline.state.firewall.Rule;
import dev.plumbline.state.firewall.SetElements;
import dev.plumbline.state.firewall.Table;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The edits of one table as requests. The kernel carries them out in order, so: the table first; then what goes out of
 * the way (rules, elements, what is made anew); chains and sets before the rules and elements that name them; and what
 * goes for good last, when nothing names it any more.
 */
final class TableEncoding {

    private static final int NESTED = 0x8000;
    /** Bytes of elements a message: a nest holds 65,535. */
    private static final int NEST = 60_000;

    private final Transaction transaction;
    private final NfnetlinkBatch batch;
    private final LiveFirewall live;
    private final TableEdit table;
    private final FirewallWords words;

    TableEncoding(Transaction transaction, LiveFirewall live, TableEdit table, FirewallWords words) {
        this.transaction = transaction;
        this.batch = transaction.batch();
        this.live = live;
        this.table = table;
        this.words = words;
    }

    void encode() {
        if (table.action() == Action.DELETE) {
            begin(NFT_MSG_DELTABLE, 0, words::table).string(NFTA_TABLE_NAME, Table.NAME);
            batch.end();
            return;
        }
        if (table.action() != Action.KEEP) {
            begin(NFT_MSG_NEWTABLE, Netlink.NLM_F_CREATE, words::table).string(NFTA_TABLE_NAME, Table.NAME)
                    .u32be(NFTA_TABLE_FLAGS, table.after().flags());
            batch.end();
        }
        outOfTheWay();
        newObjects();
        for (var each : table.chains()) {
            rules(each);
        }
        gone();
    }

    private void outOfTheWay() {
        for (var each : table.chains()) {
            if (each instanceof ChainEdit.Change change) {
                change.rules().stream().filter(RuleEdit.Delete.class::isInstance).map(RuleEdit.Delete.class::cast)
                        .forEach(rule -> delete(change, rule));
            } else if (each instanceof ChainEdit.Recreate recreate) {
                flush(recreate.before(), () -> words.chain(recreate));
            }
        }
        for (var each : table.sets()) {
            if (each instanceof SetEdit.Change change) {
                elements(NFT_MSG_DELSETELEM, change.before(), 0, change.elements().removed(), () -> words.set(change));
            } else if (each instanceof SetEdit.Recreate recreate) {
                delete(recreate.before(), () -> words.set(recreate));
            }
        }
        for (var each : table.chains()) {
            if (each instanceof ChainEdit.Recreate recreate) {
                delete(recreate.before(), () -> words.chain(recreate));
            }
        }
    }

    private void newObjects() {
        for (var each : table.chains()) {
            switch (each) {
                case ChainEdit.Create it -> create(it.chain(), () -> words.chain(it));
                case ChainEdit.Recreate it -> create(it.after(), () -> words.chain(it));
                case ChainEdit.Change it -> {
                    if (it.policy()) {
                        ChainCodec.encodePolicy(inTable(NFT_MSG_NEWCHAIN, 0, () -> words.chain(it)), it.after());
                        batch.end();
                    }
                }
                case ChainEdit.Delete it -> { }
            }
        }
        for (var each : table.sets()) {
            switch (each) {
                case SetEdit.Create it -> create(it.set(), () -> words.set(it));
                case SetEdit.Recreate it -> create(it.after(), () -> words.set(it));
                case SetEdit.Change it -> elements(NFT_MSG_NEWSETELEM, it.after(), 0, it.elements().added(),
                        () -> words.set(it));
                case SetEdit.Delete it -> { }
            }
        }
    }

    private void gone() {
        for (var each : table.chains()) {
            if (each instanceof ChainEdit.Delete it) {
                flush(it.chain(), () -> words.chain(it));
            }
        }
        for (var each : table.sets()) {
            if (each instanceof SetEdit.Delete it) {
                delete(it.set(), () -> words.set(it));
            }
        }
        for (var each : table.chains()) {
            if (each instanceof ChainEdit.Delete it) {
                delete(it.chain(), () -> words.chain(it));
            }
        }
    }

    private MessageWriter begin(int type, int flags, Supplier<Change> change) {
        return transaction.begin(type, flags, table.family(), change);
    }

    /** The table's name is the first attribute of every object in it. */
    private MessageWriter inTable(int type, int flags, Supplier<Change> change) {
        return begin(type, flags, change).string(NFTA_RULE_TABLE, Table.NAME);
    }

    private void create(Chain chain, Supplier<Change> change) {
        ChainCodec.encode(inTable(NFT_MSG_NEWCHAIN, Netlink.NLM_F_CREATE | Netlink.NLM_F_EXCL, change), table.family(),
                chain);
        batch.end();
    }

    private void delete(Chain chain, Supplier<Change> change) {
        inTable(NFT_MSG_DELCHAIN, 0, change).string(NFTA_CHAIN_NAME, chain.name());
        batch.end();
    }

    private void flush(Chain chain, Supplier<Change> change) {
        inTable(NFT_MSG_DELRULE, 0, change).string(NFTA_RULE_CHAIN, chain.name());
        batch.end();
    }

    /** Makes a set with its elements, and says its number in the batch. */
    private int create(NftSet set, Supplier<Change> change) {
        int id = transaction.nextSet();
        SetCodec.encode(inTable(NFT_MSG_NEWSET, Netlink.NLM_F_CREATE | Netlink.NLM_F_EXCL, change), set, id);
        batch.end();
        elements(NFT_MSG_NEWSETELEM, set, id, IntStream.range(0, set.elements().size()).toArray(), change);
        return id;
    }

    private void delete(NftSet set, Supplier<Change> change) {
        inTable(NFT_MSG_DELSET, 0, change).string(NFTA_SET_NAME, set.name());
        batch.end();
    }

    /** Elements of a set in as few messages as hold them; {@code id} is 0 for a set that is there. */
    private void elements(int type, NftSet set, int id, int[] rows, Supplier<Change> change) {
        for (int next = 0; next < rows.length;) {
            var writer = inTable(type, type == NFT_MSG_NEWSETELEM ? Netlink.NLM_F_CREATE : 0, change)
                    .string(NFTA_SET_ELEM_LIST_SET, set.isAnonymous() ? SetCodec.ANONYMOUS_NAME : set.name());
            if (id != 0) {
                writer.u32be(NFTA_SET_ELEM_LIST_SET_ID, id);
            }
            writer.beginNest(NFTA_SET_ELEM_LIST_ELEMENTS | NESTED);
            int start = writer.size();
            SetElements elements = set.elements();
            while (next < rows.length && writer.size() - start < NEST) {
                ElementCodec.encode(writer, set, elements, rows[next++]);
            }
            writer.endNest();
            batch.end();
        }
    }

    private void rules(ChainEdit each) {
        switch (each) {
            case ChainEdit.Create it -> append(it.chain());
            case ChainEdit.Recreate it -> append(it.after());
            case ChainEdit.Change it -> it.rules().forEach(rule -> write(it, rule));
            case ChainEdit.Delete it -> { }
        }
    }

    private void append(Chain chain) {
        for (var rule : chain.rules()) {
            Supplier<Change> change = () -> words.rule(Change.Action.CREATE, chain, rule);
            var ids = anonymousSets(rule, change);
            var writer = inTable(NFT_MSG_NEWRULE, Netlink.NLM_F_CREATE | Netlink.NLM_F_APPEND, change)
                    .string(NFTA_RULE_CHAIN, chain.name());
            RuleCodec.encode(writer, rule, List.of(), ids::get);
            batch.end();
        }
    }

    private void write(ChainEdit.Change chain, RuleEdit edit) {
        var handles = live.rules(table.family(), chain.before().name());
        switch (edit) {
            case RuleEdit.Insert it -> {
                boolean last = it.before() < 0;
                place(chain, edit, it.after(), it.from(), handles,
                        Netlink.NLM_F_CREATE | (last ? Netlink.NLM_F_APPEND : 0), NFTA_RULE_POSITION, it.before());
            }
            case RuleEdit.Replace it -> place(chain, edit, it.after(),
                    it.from() >= 0 ? it.from() : sameKey(chain, it) ? it.before() : -1, handles,
                    Netlink.NLM_F_REPLACE, NFTA_RULE_HANDLE, it.before());
            case RuleEdit.Delete it -> { }
        }
    }

    private static boolean sameKey(ChainEdit.Change chain, RuleEdit.Replace it) {
        var was = chain.before().rules().get(it.before());
        return was.key().isPresent() && was.key().equals(chain.after().rules().get(it.after()).key());
    }

    private void place(ChainEdit.Change chain, RuleEdit edit, int index, int from, LiveRules handles, int flags,
            int attribute, int neighbour) {
        var rule = chain.after().rules().get(index);
        List<Count> counts = from >= 0 ? handles.counts(from) : List.of();
        Supplier<Change> change = words(chain, edit);
        var ids = anonymousSets(rule, change);
        var writer = inTable(NFT_MSG_NEWRULE, flags, change).string(NFTA_RULE_CHAIN, chain.after().name());
        if (neighbour >= 0) {
            writer.u64be(attribute, handles.handle(neighbour));
        }
        RuleCodec.encode(writer, rule, counts, ids::get);
        batch.end();
    }

    private void delete(ChainEdit.Change chain, RuleEdit.Delete it) {
        inTable(NFT_MSG_DELRULE, 0, words(chain, it)).string(NFTA_RULE_CHAIN, chain.before().name())
                .u64be(NFTA_RULE_HANDLE, live.rules(table.family(), chain.before().name()).handle(it.before()));
        batch.end();
    }

    private Supplier<Change> words(ChainEdit.Change chain, RuleEdit edit) {
        return () -> words.rule(chain, edit);
    }

    /** Makes the sets that a rule brings along; their numbers by the lookups that use them. */
    private Map<Expression, Integer> anonymousSets(Rule rule, Supplier<Change> change) {
        Map<Expression, Integer> ids = new IdentityHashMap<>();
        for (var expression : rule.expressions()) {
            if (expression instanceof Expression.Lookup lookup
                    && lookup.set() instanceof SetReference.Anonymous anonymous) {
                ids.put(lookup, create(anonymous.set(), change));
            }
        }
        return ids;
    }

}
