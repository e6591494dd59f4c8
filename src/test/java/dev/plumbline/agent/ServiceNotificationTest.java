package dev.plumbline.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What systemd would be told, on a real socket. */
@Timeout(30)
class ServiceNotificationTest {

    private static final String PID = Long.toString(ProcessHandle.current().pid());

    @TempDir
    Path directory = Path.of("");

    private static void tellAll(String socket) throws Exception {
        try (var receiver = new Receiver(socket)) {
            var systemd = ServiceNotification.of(Map.of("NOTIFY_SOCKET", socket));
            systemd.ready();
            assertTrue(receiver.await("READY=1").endsWith(" READY=1|MAINPID=" + PID));
            systemd.reloading();
            var reloading = receiver.await("RELOADING=1|MONOTONIC_USEC=");
            long said = Long.parseLong(reloading.replaceFirst(".*=", ""));
            long received = Long.parseLong(reloading.split(" ")[0]);
            assertTrue(said <= received && said > received - 5_000_000, reloading);
            systemd.status("Keeping the network true: rule 1000\nREADY=0");
            assertTrue(receiver.await("STATUS=").endsWith(" STATUS=Keeping the network true: rule 1000 READY=0"));
            systemd.alive();
            receiver.await("WATCHDOG=1");
            systemd.stopping();
            receiver.await("STOPPING=1");
        }
    }

    @Test
    void aSocketInTheFileSystem() throws Exception {
        tellAll(directory.resolve("notify").toString());
    }

    @Test
    void anAbstractSocket() throws Exception {
        tellAll("@plumbline-test-" + PID);
    }

    @Test
    void whereNobodyListensNothingHappens() {
        for (var environment : java.util.List.of(Map.<String, String>of(), Map.of("NOTIFY_SOCKET", "/nowhere/notify"),
                Map.of("NOTIFY_SOCKET", "x".repeat(200)), Map.of("NOTIFY_SOCKET", "@"))) {
            var systemd = ServiceNotification.of(environment);
            systemd.ready();
            systemd.stopping();
        }
    }

    @Test
    void theWatchdogIsForItsProcessAlone() {
        assertEquals(Optional.of(Duration.ofSeconds(30)), watchdog(Map.of("WATCHDOG_USEC", "30000000")));
        assertEquals(Optional.of(Duration.ofSeconds(30)),
                watchdog(Map.of("WATCHDOG_USEC", "30000000", "WATCHDOG_PID", PID)));
        assertEquals(Optional.empty(), watchdog(Map.of("WATCHDOG_USEC", "30000000", "WATCHDOG_PID", "1")));
        assertEquals(Optional.empty(), watchdog(Map.of("WATCHDOG_USEC", "0")));
        assertEquals(Optional.empty(), watchdog(Map.of("WATCHDOG_USEC", "many")));
        assertEquals(Optional.empty(), watchdog(Map.of()));
        assertEquals(Optional.empty(), ServiceNotification.of(Map.of("WATCHDOG_USEC", "30000000")).watchdog());
    }

    private static Optional<Duration> watchdog(Map<String, String> more) {
        var environment = new java.util.HashMap<>(more);
        environment.put("NOTIFY_SOCKET", "@nobody");
        return ServiceNotification.of(environment).watchdog();
    }
}
