package dev.plumbline.explain;

import dev.plumbline.compile.Examined;
import dev.plumbline.intent.FirewallSpec;
import dev.plumbline.intent.IntentWriter;
import dev.plumbline.intent.firewall.FirewallRule;
import dev.plumbline.intent.firewall.RuleLine;
import dev.plumbline.state.Origin;
import dev.plumbline.state.firewall.Chain;
import dev.plumbline.state.firewall.LiveFirewall.Count;
import dev.plumbline.state.firewall.LiveFirewall.LiveRules;
import dev.plumbline.state.firewall.NftText;
import dev.plumbline.state.firewall.Rule;
import dev.plumbline.state.firewall.Table;
import dev.plumbline.state.firewall.TableFamily;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A live rule of plumbline's nftables.
 *
 * @param netns the namespace that it is in
 * @param chain that it is in
 * @param handle the kernel's number of it, as for {@code nft delete rule}
 * @param count what its first counter has counted; empty for a rule without one
 * @param origin of the rule, or of the document whose policy needs it; empty if no document on record explains it
 * @param said what the document says; empty where it says no rule
 */
public record CountedRule(String netns, TableFamily family, Chain chain, Rule rule, long handle,
        Optional<Count> count, Optional<Origin> origin, Optional<FirewallRule> said) {

    /** The live rules of a namespace, chain by chain: base chains as packets meet them, then sub-chains. */
    public static List<CountedRule> of(Examined examined, Records records) {
        var live = examined.live().firewall();
        var origins = examined.compilation().desired().firewall().rules();
        var said = said(records);
        var rules = new ArrayList<CountedRule>();
        for (var table : live.state().tables()) {
            for (var chain : table.chains()) {
                var kernel = live.rules(table.family(), chain.name());
                for (int i = 0; i < chain.rules().size(); i++) {
                    var rule = chain.rules().get(i);
                    var origin = rule.key().map(origins::get);
                    rules.add(new CountedRule(examined.netns(), table.family(), chain, rule, kernel.handle(i),
                            count(kernel, i), origin, origin.map(said::get)));
                }
            }
        }
        rules.sort(CountedRule::inOrder);
        return rules;
    }

    private static Optional<Count> count(LiveRules kernel, int index) {
        return kernel.counts(index).stream().findFirst();
    }

    private static Map<Origin, FirewallRule> said(Records records) {
        var said = new HashMap<Origin, FirewallRule>();
        for (var document : records.inOrder()) {
            if (document.spec() instanceof FirewallSpec firewall) {
                firewall.rules().forEach(rule -> said.put(rule.origin(), rule));
            }
        }
        return said;
    }

    private static int inOrder(CountedRule one, CountedRule other) {
        int byHook = Integer.compare(hook(one.chain), hook(other.chain));
        int byPriority = byHook != 0 ? byHook : Integer.compare(priority(one.chain), priority(other.chain));
        int byFamily = byPriority != 0 ? byPriority : one.family.compareTo(other.family);
        return byFamily != 0 ? byFamily : one.chain.name().compareTo(other.chain.name());
    }

    private static int hook(Chain chain) {
        return chain.base().map(base -> base.hook().ordinal()).orElse(Integer.MAX_VALUE);
    }

    private static int priority(Chain chain) {
        return chain.base().map(Chain.Base::priority).orElse(0);
    }

    /** As {@code nft} prints it. */
    public String nft() {
        return NftText.of(family, rule);
    }

    /** Where packets enter the chain, as {@code nft} prints it; empty for a sub-chain. */
    public Optional<String> base() {
        return chain.base().map(base -> "type " + base.type() + " hook " + base.hook() + " priority "
                + base.priority() + " policy " + policy(base));
    }

    static String policy(Chain.Base base) {
        return base.policy().name().toLowerCase(Locale.ROOT);
    }

    /** The table and the chain, as {@code nft} takes them. */
    public String place() {
        return family + " " + Table.NAME + " " + chain.name();
    }

    /** What the document says as a line of VNS3; empty where no line can say it. */
    public Optional<String> line() {
        return said.filter(rule -> RuleLine.obstacles(rule).isEmpty()).map(RuleLine::text);
    }

    /** What the document says field by field. */
    public Optional<String> fields() {
        return said.map(IntentWriter::firewallRule);
    }
}
