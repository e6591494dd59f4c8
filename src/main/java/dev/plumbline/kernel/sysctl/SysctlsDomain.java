package dev.plumbline.kernel.sysctl;

import dev.plumbline.netlink.Errno;
import dev.plumbline.netlink.Gate;
import dev.plumbline.netlink.NetworkNamespace;
import dev.plumbline.state.Domain;
import dev.plumbline.state.Outcome;
import dev.plumbline.state.Phase;
import dev.plumbline.state.Progress;
import dev.plumbline.state.Sysctl;
import dev.plumbline.state.SysctlChanges;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/** Writes sysctls, one after the other, until one is refused. Those of a device that is gone went with it. */
public final class SysctlsDomain implements Domain<SysctlChanges> {

    /** What a {@link Gate} is asked for: no message type of rtnetlink. */
    public static final int WRITE = 0;

    private final NetworkNamespace namespace;
    private final Gate gate;

    public SysctlsDomain(NetworkNamespace namespace, Gate gate) {
        this.namespace = namespace;
        this.gate = gate;
    }

    @Override
    public String name() {
        return "sysctls";
    }

    @Override
    public Class<SysctlChanges> changes() {
        return SysctlChanges.class;
    }

    @Override
    public Outcome execute(SysctlChanges changes, Phase phase, Progress progress) {
        var writes = changes.writes().stream().filter(each -> each.phase() == phase).toList();
        return writes.isEmpty() ? new Outcome.Done() : SysctlFiles.in(namespace, () -> write(writes, progress));
    }

    private Outcome write(List<SysctlChanges.Write> writes, Progress progress) {
        for (var each : writes) {
            try {
                if (gate.pass(WRITE) != WRITE) {
                    return refused(each, Errno.EOPNOTSUPP, "Operation not supported");
                }
                SysctlFiles.write(each.path(), each.after());
            } catch (NoSuchFileException e) {
                if (Sysctl.device(each.path()).isEmpty()) {
                    return refused(each, Errno.ENOENT, "this kernel does not have it");
                }
            } catch (AccessDeniedException e) {
                return refused(each, Errno.EACCES, "Permission denied");
            } catch (IOException e) {
                var reason = e instanceof FileSystemException file ? file.getReason() : e.getMessage();
                return refused(each, Errno.EINVAL, reason == null ? e.toString() : reason);
            }
        }
        progress.at(writes.size(), writes.size());
        return new Outcome.Done();
    }

    private static Outcome refused(SysctlChanges.Write write, int errno, String message) {
        return new Outcome.Failed(List.of(new Outcome.Failure(write.change(), errno, message)));
    }
}
