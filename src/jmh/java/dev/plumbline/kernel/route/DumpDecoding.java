package dev.plumbline.kernel.route;

import dev.plumbline.kernel.link.Devices;
import dev.plumbline.netlink.MessageReader;
import dev.plumbline.netlink.MessageWriter;
import dev.plumbline.netlink.RouteMessages;
import dev.plumbline.netlink.Rtnetlink;
import dev.plumbline.state.Family;
import dev.plumbline.state.Link;
import dev.plumbline.state.RouteRows;
import dev.plumbline.state.TableKey;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A dump of 100,000 IPv4 routes as Linux 6.18 answers it, from messages to columns. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgs = {"-XX:+UseSerialGC", "-Xmx1g"})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class DumpDecoding {

    private static final int ROUTES = 100_000;
    private static final int TABLE = 1000;

    private final MessageWriter dump = new MessageWriter(ROUTES * 64);
    private final Devices devices = new Devices(List.of(new Link(7, "v0", "veth", 1, 1500, OptionalInt.empty(), "", "",
            Optional.empty())));

    /** Header and attributes in the kernel's order: table, destination, gateway, device. */
    @Setup
    public void write() {
        for (int i = 0; i < ROUTES; i++) {
            dump.begin(Rtnetlink.RTM_NEWROUTE, 2, 1);
            dump.u8(Family.IPV4.number()).u8(32).u8(0).u8(0).u8(RouteMessages.RT_TABLE_COMPAT).u8(157).u8(0).u8(1);
            dump.u32(0);
            dump.u32(RouteMessages.RTA_TABLE, TABLE).u32be(RouteMessages.RTA_DST, 0x0a000000L + i);
            dump.u32be(RouteMessages.RTA_GATEWAY, 0xc0000202L).u32(RouteMessages.RTA_OIF, 7);
            dump.end();
        }
    }

    @Benchmark
    public SortedMap<TableKey, RouteRows> decode() {
        var collector = new RouteCollector(Family.IPV4, devices, table -> table == TABLE);
        var reader = new MessageReader(dump.written());
        while (reader.next()) {
            collector.message(reader);
        }
        return collector.rows();
    }
}
