package dev.plumbline.plan;

import dev.plumbline.state.DesiredState;
import dev.plumbline.state.Family;
import dev.plumbline.state.IpAddress;
import dev.plumbline.state.NamespaceId;
import dev.plumbline.state.NamespaceState;
import dev.plumbline.state.NextHop;
import dev.plumbline.state.Origin;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.RouteAttributes;
import dev.plumbline.state.RouteChanges;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.RouteType;
import dev.plumbline.state.Scope;
import dev.plumbline.state.TableKey;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A million desired routes against the same million live ones: the plan without a change. */
@State(org.openjdk.jmh.annotations.Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgs = {"-XX:+UseSerialGC", "-Xmx1g"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class TableComparison {

    private static final int ROUTES = 1_000_000;
    private static final TableKey KEY = new TableKey(Family.IPV4, 1000);
    private static final RouteAttributes ATTRIBUTES = new RouteAttributes(RouteType.UNICAST, Scope.UNIVERSE,
            Protocol.PLUMBLINE, Optional.empty(), Optional.empty(),
            List.of(new NextHop(Optional.of(IpAddress.of(new byte[] {(byte) 192, 0, 2, 2})), "v0", 1, false)),
            new TreeMap<>(), 0, List.of());

    private final DesiredState desired = new DesiredState(tables(true), Set.of(), RouteTables.NONE, Set.of(), List.of(),
            Set.of());
    private final NamespaceState live = new NamespaceState(new NamespaceId("boot", 1), List.of(), List.of(),
            tables(false), List.of());

    private static RouteTables tables(boolean withOrigin) {
        var rows = new RouteRows.Builder(KEY.family(), KEY.table());
        int attributes = rows.intern(ATTRIBUTES);
        int document = withOrigin ? rows.document(new Origin("RouteTable/bench", "a.yaml", 1, 1)) : 0;
        for (int i = 0; i < ROUTES; i++) {
            if (withOrigin) {
                rows.add(0, 0x0a000000L + i, 32, 0, 0, attributes, document, i + 7);
            } else {
                rows.add(0, 0x0a000000L + i, 32, 0, 0, attributes);
            }
        }
        var tables = new TreeMap<TableKey, RouteRows>();
        tables.put(KEY, rows.build());
        return new RouteTables(tables);
    }

    @Benchmark
    public RouteChanges compare() {
        return RouteDiff.between(desired, live);
    }
}
