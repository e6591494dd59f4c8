package dev.plumbline.kernel;

import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetworkNamespace;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Network namespaces for one test, gone after it. Also checks after each test that the machine's own routes and rules
 * are as they were, and whatever {@link #invariant} asks for.
 */
public final class ThrowAwayNamespaces implements BeforeEachCallback, AfterEachCallback {

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final List<String> names = new ArrayList<>();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final List<Consumer<List<String>>> invariants = new ArrayList<>();
    private List<String> machine = List.of();

    /** Makes a namespace with the loopback device up, and returns its name. */
    public String create() {
        return create("plt-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet());
    }

    /** Makes a namespace of this name, which was {@link #remove}d before. */
    public String create(String name) {
        try {
            NetworkNamespace.create(name).close();
        } catch (NetlinkException e) {
            throw new AssertionError(e);
        }
        names.add(name);
        ip(name).run("link set lo up");
        return name;
    }

    /** Takes over namespaces that the test made in another way. */
    public void adopt(List<String> others) {
        names.addAll(others);
    }

    /** Takes a namespace of {@link #create} away before the test ends. */
    public void remove(String name) {
        try {
            NetworkNamespace.delete(name);
        } catch (NetlinkException e) {
            throw new AssertionError(e);
        }
        names.remove(name);
    }

    /** The oracle in a namespace. */
    public Ip ip(String name) {
        return new Ip(name);
    }

    /** A namespace of {@link #create}, opened; closed after the test. */
    public KernelNamespace open(String name) {
        var namespace = KernelNamespace.open(name);
        open.add(namespace);
        return namespace;
    }

    /** Closed after the test, before the namespaces go. */
    public <T extends AutoCloseable> T closing(T resource) {
        open.add(resource);
        return resource;
    }

    /** A check to make after the test, on the names of its namespaces, while they are still there. */
    public void invariant(Consumer<List<String>> check) {
        invariants.add(check);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        machine = machine();
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        try {
            invariants.forEach(check -> check.accept(List.copyOf(names)));
        } finally {
            for (var resource : open.reversed()) {
                resource.close();
            }
            for (var name : names) {
                NetworkNamespace.delete(name);
            }
            open.clear();
            names.clear();
            invariants.clear();
        }
        Assertions.assertEquals(machine, machine(), "the machine's own routes and rules changed");
    }

    private static List<String> machine() {
        return List.of(Ip.execute(List.of("ip", "route", "show", "table", "all"), ""),
                Ip.execute(List.of("ip", "rule"), ""), Ip.execute(List.of("ip", "-6", "rule"), ""));
    }
}
