package dev.plumbline.doctor;

import dev.plumbline.intent.Document;
import dev.plumbline.intent.FirewallSpec;
import dev.plumbline.intent.RouteTableSpec;
import dev.plumbline.intent.RoutingRulesSpec;
import dev.plumbline.intent.SourceRoutingSpec;
import dev.plumbline.intent.TableChoice;
import dev.plumbline.intent.firewall.Action;
import dev.plumbline.intent.firewall.FirewallRule;
import dev.plumbline.intent.firewall.Operand;
import dev.plumbline.intent.firewall.Subject;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RoutingRule;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

/**
 * What documents are about, in the host's namespace: where others could be in their way.
 *
 * @param devices that they name
 * @param tables whose numbers they say
 * @param markBits bits of firewall marks that their rules look at
 */
record Interests(Set<String> devices, Set<Long> tables, long markBits) {

    static Interests of(Collection<Document> documents) {
        var devices = new TreeSet<String>();
        var tables = new TreeSet<Long>();
        long[] bits = new long[1];
        documents.stream().filter(each -> each.netns().equals(Document.HOST)).forEach(document -> {
            switch (document.spec()) {
                case SourceRoutingSpec spec -> {
                    devices.add(spec.device().value());
                    if (spec.table().value() instanceof TableChoice.Number(long id)) {
                        tables.add(id);
                    }
                    addDevices(spec.ipv4Routes(), devices);
                    addDevices(spec.ipv6Routes(), devices);
                }
                case RouteTableSpec spec -> {
                    spec.id().ifPresent(id -> tables.add(id.value()));
                    spec.device().ifPresent(device -> devices.add(device.value()));
                    addDevices(spec.ipv4(), devices);
                    addDevices(spec.ipv6(), devices);
                }
                case RoutingRulesSpec spec -> spec.rules().forEach(each -> {
                    var rule = each.rule();
                    devices.add(rule.iif());
                    devices.add(rule.oif());
                    rule.table().ifPresent(tables::add);
                    bits[0] |= rule.mark().map(RoutingRule.Mark::mask).orElse(0L);
                });
                case FirewallSpec spec -> spec.rules().forEach(rule -> addFirewall(rule, devices, bits));
            }
        });
        devices.remove("");
        tables.remove(0L);
        return new Interests(devices, tables, bits[0]);
    }

    private static void addFirewall(FirewallRule rule, Set<String> devices, long[] bits) {
        rule.conditions().forEach(each -> each.operands().forEach(operand -> {
            switch (operand) {
                case Operand.Interface(var name) when !name.endsWith("*") -> devices.add(name);
                case Operand.Masked(_, long mask) when each.subject() == Subject.MARK -> bits[0] |= mask;
                default -> { }
            }
        }));
        rule.actions().forEach(each -> {
            if (each instanceof Action.SetMark(Operand.Masked(_, long mask))) {
                bits[0] |= mask;
            }
        });
    }

    private static void addDevices(RouteRows rows, Set<String> devices) {
        rows.pool().forEach(each -> each.nextHops().forEach(hop -> devices.add(hop.device())));
    }
}
