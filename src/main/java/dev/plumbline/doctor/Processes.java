package dev.plumbline.doctor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The processes that run in this network namespace, by {@code /proc}. */
final class Processes {

    /** A command's name is cut at this length ({@code TASK_COMM_LEN} - 1). */
    private static final int LONGEST_NAME = 15;
    /** Of control groups of version 2 and 1. */
    private static final List<String> SLICES = List.of("/sys/fs/cgroup/system.slice",
            "/sys/fs/cgroup/systemd/system.slice");

    private final HostFiles files;
    private final List<Process> found = new ArrayList<>();

    /** A process, by the name of its executable. */
    record Process(String pid, String name) {
    }

    /** Looks for programs of these names, once. */
    Processes(HostFiles files, Set<String> names) {
        this.files = files;
        for (var pid : files.names("/proc", "[0-9]*")) {
            var comm = files.text(comm(pid)).orElse("");
            names.stream().filter(name -> comm.equals(cut(name))).findFirst()
                    .filter(name -> isHere(files, pid)).ifPresent(name -> found.add(new Process(pid, name)));
        }
    }

    /**
     * Whether a daemon runs, without a look at every process: systemd keeps those of a unit in a control group. Where
     * there are no such groups, all processes are looked at.
     */
    static boolean isRunning(HostFiles files, String name) {
        var group = SLICES.stream().filter(files::exists).findFirst();
        if (group.isEmpty()) {
            return new Processes(files, Set.of(name)).named(name).isPresent();
        }
        return files.lines(group.get() + "/" + unit(name) + "/cgroup.procs").stream()
                .anyMatch(pid -> files.text(comm(pid)).filter(cut(name)::equals).isPresent() && isHere(files, pid));
    }

    static String unit(String name) {
        return name + ".service";
    }

    private static String comm(String pid) {
        return "/proc/" + pid + "/comm";
    }

    private static String cut(String name) {
        return name.substring(0, Math.min(name.length(), LONGEST_NAME));
    }

    /** A daemon in another network namespace (a container's) is none of our business. Unknown is taken for here. */
    private static boolean isHere(HostFiles files, String pid) {
        var theirs = files.link("/proc/" + pid + "/ns/net");
        var ours = files.link("/proc/thread-self/ns/net");
        return theirs.isEmpty() || ours.isEmpty() || theirs.equals(ours);
    }

    Optional<Process> named(String name) {
        return found.stream().filter(each -> each.name().equals(name)).findFirst();
    }

    List<Process> all() {
        return List.copyOf(found);
    }

    /** Its command line. */
    List<String> arguments(Process process) {
        return files.text("/proc/" + process.pid() + "/cmdline")
                .map(text -> Arrays.asList(text.split("\0"))).orElse(List.of());
    }
}
