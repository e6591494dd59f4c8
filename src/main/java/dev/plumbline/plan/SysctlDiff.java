package dev.plumbline.plan;

import dev.plumbline.state.DesiredState;
import dev.plumbline.state.DesiredState.DesiredSysctl;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.Sysctl;
import dev.plumbline.state.SysctlChanges;
import java.util.ArrayList;
import java.util.HashMap;

/**
 * Which sysctls must be written, with what the kernel does to others of them when one is: what would change back is
 * written behind it.
 */
public final class SysctlDiff {

    private SysctlDiff() {
    }

    /** The changes that lead from the live values to the desired ones. What is absent stays so. */
    public static SysctlChanges between(DesiredState desired, NamespaceState live) {
        var wanted = new ArrayList<>(desired.sysctls());
        wanted.sort((one, two) -> order(one) != order(two) ? Integer.compare(order(one), order(two))
                : one.path().compareTo(two.path()));
        var values = new HashMap<>(live.sysctls());
        var writes = new ArrayList<SysctlChanges.Write>();
        for (var each : wanted) {
            var before = values.get(each.path());
            if (before != null && !before.equals(each.value()) && !desired.held().holds(each.origin())) {
                writes.add(new SysctlChanges.Write(each.path(), before, each.value(), each.putBack(), each.origin()));
                Sysctl.write(values, each.path(), each.value());
            }
        }
        return new SysctlChanges(writes);
    }

    /** Router advertisements first: a device that begins to forward forgets the routes that it has from them. */
    private static int order(DesiredSysctl wanted) {
        boolean advertisements = wanted.path().endsWith("/" + Sysctl.ACCEPT_RA);
        if (wanted.putBack()) {
            return Sysctl.isLead(wanted.path()) ? 3 : 4;
        }
        return advertisements ? 0 : Sysctl.isLead(wanted.path()) ? 1 : 2;
    }
}
