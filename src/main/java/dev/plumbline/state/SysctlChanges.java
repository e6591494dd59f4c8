package dev.plumbline.state;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Changes of sysctls.
 *
 * @param writes in the order in which they are written; those of one phase behind those of the phases before
 */
public record SysctlChanges(List<Write> writes) implements ChangeSet {

    private static final String RESOURCE = "sysctl";

    public SysctlChanges {
        writes = List.copyOf(writes);
    }

    /**
     * One value.
     *
     * @param path below {@code /proc/sys}
     * @param before what is there when it is written: the writes before it may have changed it
     * @param putBack it had this value before plumbline wrote it
     */
    public record Write(String path, String before, String after, boolean putBack, Origin origin) {

        public Phase phase() {
            return putBack ? Phase.OLD_SYSCTLS : Phase.SYSCTLS;
        }

        public Change change() {
            return new Change(Change.Action.CHANGE, phase(), RESOURCE, Sysctl.name(path),
                    List.of(new Change.Difference("value", before, after)),
                    putBack ? Optional.empty() : Optional.of(origin),
                    putBack ? "put back as it was before " + origin.document() : "");
        }
    }

    /** What all had before that these writes, or those that lead back, may change: the kernel changes some along. */
    public Map<String, String> former(Map<String, String> live) {
        var written = writes.stream().map(Write::path).collect(Collectors.toSet());
        var former = new TreeMap<String, String>();
        live.forEach((path, value) -> {
            if (written.contains(path) || Sysctl.lead(path).filter(written::contains).isPresent()) {
                former.put(path, value);
            }
        });
        return former;
    }

    /** All values when these writes are done. */
    public Map<String, String> after(Map<String, String> live) {
        var values = new HashMap<>(live);
        writes.forEach(each -> Sysctl.write(values, each.path(), each.after()));
        return values;
    }

    @Override
    public String resource() {
        return RESOURCE;
    }

    @Override
    public int toAdd() {
        return 0;
    }

    @Override
    public int toChange() {
        return writes.size();
    }

    @Override
    public int toDestroy() {
        return 0;
    }

    @Override
    public Stream<Pending> pending() {
        return writes.stream().map(each -> new Pending(each.putBack() ? "" : each.origin().document(), each::change));
    }
}
