package dev.plumbline.doctor;

import java.util.ArrayList;
import java.util.List;

/**
 * systemd-networkd, which removes routes and rules that it did not make unless it is told not to
 * ({@code man networkd.conf}; all three settings are on by default).
 */
record Networkd(HostFiles files) {

    static final String PROCESS = "systemd-networkd";
    static final String ROUTES = "ManageForeignRoutes";
    static final String RULES = "ManageForeignRoutingPolicyRules";
    private static final String NEXT_HOPS = "ManageForeignNextHops";
    private static final String DROP_IN = "/etc/systemd/networkd.conf.d/50-plumbline.conf";

    /** Those of its settings that are on, of these. */
    List<String> on(List<String> names) {
        var configuration = ConfigurationFile.systemd(files, "networkd.conf");
        return names.stream().filter(name -> configuration.isOn("Network", name, true)).toList();
    }

    /** Whether it was started since the machine was booted: what it leaves in {@code /run} tells, in no time. */
    boolean wasStarted() {
        return files.exists("/run/systemd/netif/state");
    }

    /** The drop-in that switches these off. */
    static List<String> remedy(List<String> settings) {
        var lines = new ArrayList<String>();
        lines.add("write to " + DROP_IN + ":");
        lines.add("[Network]");
        settings.forEach(each -> lines.add(each + "=no"));
        lines.add("systemctl restart systemd-networkd");
        return lines;
    }

    /** The same as one command. */
    static String command(List<String> settings) {
        return "mkdir -p " + DROP_IN.substring(0, DROP_IN.lastIndexOf('/')) + " && printf '[Network]\\n"
                + String.join("", settings.stream().map(each -> each + "=no\\n").toList()) + "' > " + DROP_IN
                + " && systemctl restart systemd-networkd";
    }

    Check check(Processes processes) {
        var name = "networkd";
        boolean enabled = !files.names("/etc/systemd/system/multi-user.target.wants", Processes.unit(PROCESS))
                .isEmpty();
        boolean running = processes.named(PROCESS).isPresent();
        if (!running && !enabled) {
            return Check.notApplicable(Others.AREA, name, "systemd-networkd does not run");
        }
        var on = on(List.of(ROUTES, RULES, NEXT_HOPS));
        if (on.isEmpty()) {
            return Check.ok(Others.AREA, name, "systemd-networkd leaves routes and rules of others alone");
        }
        var finding = "systemd-networkd " + (running ? "runs" : "is enabled, and will run after the next boot")
                + " with " + String.join(", ", on) + " on" + managed()
                + ": it removes plumbline's routes and rules when it starts or when a device changes";
        // Next-hop objects of others are removed too, but plumbline makes none.
        boolean bites = on.contains(ROUTES) || on.contains(RULES);
        return bites ? new Check(Others.AREA, name, Check.Verdict.WARNING, finding, remedy(on))
                : Check.ok(Others.AREA, name, "systemd-networkd leaves routes and rules of others alone");
    }

    private String managed() {
        var devices = files.names("/run/systemd/netif/links", "[0-9]*").stream()
                .filter(index -> ConfigurationFile.of(files, "/run/systemd/netif/links/" + index)
                        .value("", "NETWORK_FILE").isPresent())
                .flatMap(index -> files.device(index).stream()).toList();
        return devices.isEmpty() ? "" : ", and manages " + String.join(", ", devices);
    }
}
