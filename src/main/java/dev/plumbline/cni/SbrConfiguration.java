package dev.plumbline.cni;

import static dev.plumbline.cni.NetworkConfiguration.present;

import dev.plumbline.intent.Attachment.SourceRouting;
import dev.plumbline.intent.SourceRoutingSpec;
import dev.plumbline.intent.SourceRoutingSpec.RoutesMode;
import dev.plumbline.intent.TableChoice;
import dev.plumbline.state.IpAddress;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/**
 * The configuration of the reference plugins' {@code sbr}: {@code table} (rules only, and no routes are touched),
 * {@code gateways} (one a family) and {@code addSourceHints}. Unknown keys are ignored, as there. Combinations that are
 * silently ignored there are refused.
 */
final class SbrConfiguration {

    private SbrConfiguration() {
    }

    static SourceRouting read(ObjectNode configuration) {
        var table = present(configuration, "table").map(each -> Values.table("table", each));
        var gateways = present(configuration, "gateways").map(each -> Values.addresses("gateways", each))
                .orElse(List.of());
        boolean hints = present(configuration, "addSourceHints").map(each -> Values.flag("addSourceHints", each))
                .orElse(false);
        if (gateways.stream().map(IpAddress::family).distinct().count() < gateways.size()) {
            throw CniException.configuration("gateways", "expected at most one of a family; found " + gateways);
        }
        if (table.isPresent() && (hints || !gateways.isEmpty())) {
            throw CniException.configuration(hints ? "addSourceHints" : "gateways", "has no effect with `table`, which"
                    + " adds rules and touches no routes; leave one out (the type `plumbline` can do both)");
        }
        return new SourceRouting(table.<TableChoice>map(TableChoice.Number::new).orElse(new TableChoice.Auto()),
                gateways, table.isPresent() ? RoutesMode.LEAVE : RoutesMode.MOVE, SourceRoutingSpec.DEFAULT_PRIORITY,
                hints);
    }
}
