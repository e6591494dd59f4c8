package dev.plumbline.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.state.Family;
import dev.plumbline.state.ReadScope;
import dev.plumbline.state.RoutingRule;
import dev.plumbline.state.TableKey;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Reading while somebody writes. */
@Tag("kernel")
class ConsistencyKernelTest {

    private static final int STABLE = 3000;

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    /** Runs lines of {@code ip} again and again, with a pause, while the task runs. */
    private void whileWriting(Ip ip, String lines, int pauseMillis, Runnable task) throws InterruptedException {
        var stop = new AtomicBoolean();
        var writer = Thread.ofPlatform().start(() -> {
            while (!stop.get()) {
                ip.batch(lines);
                try {
                    Thread.sleep(pauseMillis);
                } catch (InterruptedException e) {
                    return;
                }
            }
        });
        try {
            task.run();
        } finally {
            stop.set(true);
            writer.join();
        }
    }

    @Test
    void noRuleIsEverMissingOrListedTwice() throws Exception {
        var name = namespaces.create();
        var ip = namespaces.ip(name);
        var kernel = namespaces.open(name);
        ip.batch(IntStream.range(0, STABLE).mapToObj(i -> "rule add pref " + (1000 + STABLE - i) + " from 10.0."
                + (i >> 8) + "." + (i & 255) + " lookup 100 protocol 157").collect(Collectors.joining("\n")));
        var settled = new AtomicInteger();
        whileWriting(ip, "rule add pref 5 lookup 7 protocol 4\nrule del pref 5 lookup 7 protocol 4", 30, () -> {
            for (int i = 0; i < 60; i++) {
                try {
                    var rules = kernel.read(ReadScope.NO_ROUTES).rules().stream().filter(RoutingRule::isOurs).toList();
                    assertEquals(STABLE, rules.size());
                    assertEquals(STABLE, new HashSet<>(rules).size());
                    settled.incrementAndGet();
                } catch (UncheckedIOException e) {
                    assertTrue(e.getMessage().contains("changed during each"), e.getMessage());
                }
            }
        });
        assertTrue(settled.get() > 10, () -> "only " + settled + " reads settled");
    }

    @Test
    void unrelatedRoutesMayFlap() throws Exception {
        var name = namespaces.create();
        var ip = namespaces.ip(name);
        var kernel = namespaces.open(name);
        ip.batch(IntStream.range(0, STABLE).mapToObj(i -> "route add blackhole 10.0." + (i >> 8) + "." + (i & 255)
                + " proto 157 table 100\nroute add blackhole 2001:db8::" + Integer.toHexString(i)
                + " proto 157 table 100").collect(Collectors.joining("\n")));
        var flapping = "route add blackhole 20.0.0.0/8 proto 4 table 200\n"
                + "route del blackhole 20.0.0.0/8 proto 4 table 200\n"
                + "route add blackhole 2001:db8:2::/64 proto 4 table 200\n"
                + "route del blackhole 2001:db8:2::/64 proto 4 table 200\n";
        whileWriting(ip, flapping.repeat(50), 1, () -> {
            for (int i = 0; i < 60; i++) {
                var routes = kernel.read(ReadScope.OURS).routes();
                assertEquals(STABLE, routes.rows(new TableKey(Family.IPV4, 100)).size());
                assertEquals(STABLE, routes.rows(new TableKey(Family.IPV6, 100)).size());
            }
        });
    }

    @Test
    void ipv6RoutesAreNeitherMissingNorListedTwice() throws Exception {
        var name = namespaces.create();
        var ip = namespaces.ip(name);
        var kernel = namespaces.open(name);
        ip.batch(IntStream.range(0, STABLE).mapToObj(i -> "route add blackhole 2001:db8::" + Integer.toHexString(i + 1)
                + " proto 157 table 100").collect(Collectors.joining("\n")));
        var flapping = "route add blackhole 2001:db7::1 proto 4 table 100\n"
                + "route del blackhole 2001:db7::1 proto 4 table 100\n";
        whileWriting(ip, flapping, 20, () -> {
            for (int i = 0; i < 60; i++) {
                var rows = kernel.read(ReadScope.OURS).routes().rows(new TableKey(Family.IPV6, 100));
                assertEquals(STABLE, rows.size());
                assertEquals(STABLE, new HashSet<>(rows.toList()).size());
            }
        });
    }

    @Test
    void aNamespaceThatNeverHoldsStillIsSaidSo() throws Exception {
        var name = namespaces.create();
        var ip = namespaces.ip(name);
        var kernel = namespaces.open(name);
        ip.batch(IntStream.range(0, 20_000).mapToObj(i -> "rule add pref " + (30_000 - i) + " from 10.0." + (i >> 8)
                + "." + (i & 255) + " lookup 100").collect(Collectors.joining("\n")));
        var flapping = "rule add pref 5 lookup 7 protocol 4\nrule del pref 5 lookup 7 protocol 4\n".repeat(2_000);
        var said = new AtomicInteger();
        whileWriting(ip, flapping, 0, () -> {
            for (int i = 0; i < 10; i++) {
                try {
                    assertEquals(20_000, kernel.read(ReadScope.NO_ROUTES).rules().stream()
                            .filter(rule -> rule.priority() > 5 && rule.priority() <= 30_000).count());
                } catch (UncheckedIOException e) {
                    assertTrue(e.getMessage().contains("changed during each of 10 reads"), e.getMessage());
                    said.incrementAndGet();
                }
            }
        });
        assertTrue(said.get() > 0);
        assertEquals(List.of(), kernel.read(ReadScope.NO_ROUTES).rules().stream().filter(RoutingRule::isOurs).toList());
    }
}
