package dev.plumbline.doctor;

import java.util.Collection;
import java.util.List;

/** NetworkManager, which keeps the routes of its devices as its profiles say. */
record NetworkManager(HostFiles files) {

    static final String PROCESS = "NetworkManager";
    private static final String DEVICES = "/run/NetworkManager/devices";
    private static final String DROP_IN = "/etc/NetworkManager/conf.d/50-plumbline.conf";

    boolean wasStarted() {
        return files.exists(DEVICES);
    }

    /** Those of these devices that it manages now. */
    List<String> managed(Collection<String> devices) {
        return files.names(DEVICES, "[0-9]*").stream().filter(index -> {
            var state = ConfigurationFile.of(files, DEVICES + "/" + index);
            return state.isOn("device", "managed", state.value("device", "connection-uuid").isPresent());
        }).flatMap(index -> files.device(index).stream()).filter(devices::contains).sorted().toList();
    }

    private static String unmanaged(List<String> devices) {
        return "unmanaged-devices+="
                + String.join(";", devices.stream().map(each -> "interface-name:" + each).toList());
    }

    /** The drop-in that takes these from it. */
    static List<String> remedy(List<String> devices) {
        return List.of("write to " + DROP_IN + ":", "[keyfile]", unmanaged(devices), "systemctl reload NetworkManager");
    }

    /** The same as one command. */
    static String command(List<String> devices) {
        return "printf '[keyfile]\\n" + unmanaged(devices) + "\\n' > " + DROP_IN + " && systemctl reload"
                + " NetworkManager";
    }

    Check check(Processes processes, Interests interests) {
        var name = "networkmanager";
        if (processes.named(PROCESS).isEmpty()) {
            return Check.notApplicable(Others.AREA, name, "NetworkManager does not run");
        }
        var devices = managed(interests.devices());
        return devices.isEmpty()
                ? Check.ok(Others.AREA, name, "NetworkManager manages no device that documents name")
                : new Check(Others.AREA, name, Check.Verdict.WARNING, "NetworkManager manages "
                        + String.join(", ", devices) + ", which documents name: when it activates a device or renews a"
                        + " lease it puts its own routes into main again and removes others there", remedy(devices));
    }
}
