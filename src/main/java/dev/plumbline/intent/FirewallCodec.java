package dev.plumbline.intent;

import dev.plumbline.intent.firewall.Action;
import dev.plumbline.intent.firewall.BaseChain;
import dev.plumbline.intent.firewall.FirewallRule;
import dev.plumbline.intent.firewall.FirewallSet;
import dev.plumbline.intent.firewall.MalformedException;
import dev.plumbline.intent.firewall.RuleParts;
import dev.plumbline.state.firewall.Bytes;
import dev.plumbline.state.firewall.DataType;
import dev.plumbline.state.firewall.NftSet;
import dev.plumbline.state.firewall.SetElements;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** A firewall's spec as bytes: rules as their canonical text, elements of sets as columns. */
final class FirewallCodec {

    private FirewallCodec() {
    }

    static void write(FirewallSpec spec, DataOutputStream data, ValueWriter values) throws IOException {
        data.writeInt(spec.policies().size());
        for (var policy : spec.policies().entrySet()) {
            data.writeByte(policy.getKey().ordinal());
            data.writeByte(policy.getValue().ordinal());
        }
        data.writeBoolean(spec.manageSysctls());
        data.writeInt(spec.variables().size());
        for (var variable : spec.variables().entrySet()) {
            values.text(variable.getKey());
            values.text(variable.getValue());
        }
        data.writeInt(spec.sets().size());
        for (var set : spec.sets()) {
            set(set, data, values);
        }
        data.writeInt(spec.chains().size());
        for (var chain : spec.chains()) {
            values.text(chain);
        }
        data.writeInt(spec.rules().size());
        for (var rule : spec.rules()) {
            rule(rule, data, values);
        }
    }

    static FirewallSpec read(DataInputStream data, ValueReader values) throws IOException {
        var policies = new TreeMap<BaseChain, FirewallSpec.Policy>();
        for (int left = data.readInt(); left > 0; left--) {
            policies.put(BaseChain.values()[data.readByte()], FirewallSpec.Policy.values()[data.readByte()]);
        }
        boolean manage = data.readBoolean();
        var variables = new TreeMap<String, String>();
        for (int left = data.readInt(); left > 0; left--) {
            variables.put(values.text(), values.text());
        }
        var sets = new ArrayList<FirewallSet>();
        for (int left = data.readInt(); left > 0; left--) {
            sets.add(set(data, values));
        }
        var chains = new TreeSet<String>();
        for (int left = data.readInt(); left > 0; left--) {
            chains.add(values.text());
        }
        var rules = new ArrayList<FirewallRule>();
        var actions = new HashMap<String, Action>();
        for (int left = data.readInt(); left > 0; left--) {
            rules.add(rule(data, values, actions));
        }
        return new FirewallSpec(policies, manage, variables, sets, chains, rules);
    }

    private static void set(FirewallSet set, DataOutputStream data, ValueWriter values) throws IOException {
        values.text(set.name());
        data.writeByte(set.type().size());
        for (var type : set.type()) {
            data.writeByte(type.ordinal());
        }
        data.writeBoolean(set.interval());
        var elements = set.elements();
        data.writeInt(elements.size());
        for (int row = 0; row < elements.size(); row++) {
            data.write(elements.key(row).toArray());
            if (set.interval()) {
                data.write(elements.end(row).toArray());
            }
        }
        values.origin(set.origin());
    }

    private static FirewallSet set(DataInputStream data, ValueReader values) throws IOException {
        var name = values.text();
        var types = new ArrayList<DataType>();
        for (int left = data.readByte(); left > 0; left--) {
            types.add(DataType.values()[data.readByte()]);
        }
        boolean interval = data.readBoolean();
        int width = NftSet.length(types);
        var elements = new SetElements.Builder(width, interval);
        for (int left = data.readInt(); left > 0; left--) {
            var key = key(data, width);
            elements.add(key, interval ? key(data, width) : key);
        }
        return new FirewallSet(name, types, interval, elements.build(), values.origin());
    }

    private static Bytes key(DataInputStream data, int width) throws IOException {
        var key = data.readNBytes(width);
        if (key.length < width) {
            throw new EOFException();
        }
        return Bytes.of(key);
    }

    private static void rule(FirewallRule rule, DataOutputStream data, ValueWriter values) throws IOException {
        values.text(RuleParts.conditions(rule));
        data.writeByte(rule.actions().size());
        for (var action : rule.actions()) {
            values.text(RuleParts.action(action));
        }
        values.text(rule.comment());
        values.optionalText(rule.expires().map(Instant::toString));
        data.writeBoolean(rule.disabled());
        values.origin(rule.origin());
    }

    /** @param known actions read before: many rules do the same */
    private static FirewallRule rule(DataInputStream data, ValueReader values, Map<String, Action> known)
            throws IOException {
        var conditions = values.text();
        var texts = new ArrayList<String>();
        for (int left = data.readByte(); left > 0; left--) {
            texts.add(values.text());
        }
        var comment = values.text();
        var expires = values.optionalText();
        boolean disabled = data.readBoolean();
        try {
            Optional<Instant> end = expires.map(Instant::parse);
            var actions = new ArrayList<Action>();
            for (var text : texts) {
                var action = known.get(text);
                if (action == null) {
                    action = RuleParts.action(text);
                    known.put(text, action);
                }
                actions.add(action);
            }
            return RuleParts.rule(conditions, actions, comment, end, disabled, values.origin());
        } catch (MalformedException | java.time.DateTimeException e) {
            throw new DocumentCodec.UnreadableException("a rule: " + e.getMessage());
        }
    }
}
