package dev.plumbline.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plumbline.state.ReadScope;
import dev.plumbline.state.Route;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Reading without any capability, and what writing says then. */
@Tag("kernel")
class UnprivilegedKernelTest {

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    /** What the process without capabilities does. */
    public static final class Reader {
        private Reader() {
        }

        public static void main(String[] arguments) {
            try (var kernel = KernelNamespace.open("host")) {
                for (var rows : kernel.read(ReadScope.OURS).routes().tables().values()) {
                    for (Route route : rows) {
                        System.out.println(route);
                    }
                }
                try {
                    kernel.links().down("lo");
                } catch (UncheckedIOException e) {
                    System.out.println(e.getCause().getMessage());
                }
            }
        }
    }

    @Test
    void readsAndIsToldWhyItCannotWrite() {
        var name = namespaces.create();
        namespaces.ip(name).run("route add blackhole 198.51.100.0/24 proto 157 table 100");
        var output = Ip.execute(List.of("ip", "netns", "exec", name, "setpriv", "--bounding-set=-all",
                "--inh-caps=-all", System.getProperty("java.home") + "/bin/java", "-Djnr.ffi.asm.enabled=false",
                "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-cp",
                System.getProperty("java.class.path"), Reader.class.getName()), "");
        assertEquals(List.of("blackhole 198.51.100.0/24 table 100",
                "not permitted: this needs root, or the capability CAP_NET_ADMIN (EPERM)"), output.lines().toList());
    }
}
