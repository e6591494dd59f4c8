package dev.plumbline.netlink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenFileLockTest {

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("a.lock");
    }

    @Test
    void holdsWithinTheProcessAlsoWhileOthersReadTheFile() throws IOException {
        assertFalse(OpenFileLock.isHeld(file()));
        try (var lock = OpenFileLock.tryLock(file()).orElseThrow()) {
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
            Files.writeString(lock.path(), "me");
            assertEquals("me", Files.readString(file()));
            assertTrue(OpenFileLock.isHeld(file()));
            assertTrue(OpenFileLock.tryLock(file()).isEmpty());
            assertTrue(OpenFileLock.isHeld(file()), "looking at it does not free it");
        }
        assertFalse(OpenFileLock.isHeld(file()));
        OpenFileLock.tryLock(file()).orElseThrow().remove();
        assertTrue(Files.notExists(file()));
    }

    @Test
    void aDeadHoldersLockIsFree() throws Exception {
        var child = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                Holder.class.getName(), file().toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try {
            assertEquals('!', child.getInputStream().read());
            assertTrue(OpenFileLock.isHeld(file()));
            assertTrue(OpenFileLock.tryLock(file()).isEmpty());
        } finally {
            child.destroyForcibly().waitFor();
        }
        assertFalse(OpenFileLock.isHeld(file()));
        OpenFileLock.tryLock(file()).orElseThrow().close();
    }

    /** Takes the lock and keeps it. */
    static final class Holder {
        private Holder() {
        }

        public static void main(String[] arguments) throws Exception {
            OpenFileLock.tryLock(Path.of(arguments[0])).orElseThrow();
            System.out.println('!');
            Thread.sleep(600_000);
        }
    }

    /** The file goes with each holder, so that a lock may be taken on one that has gone meanwhile. */
    @Test
    void neverTwoHolders() throws Exception {
        var inside = new AtomicInteger();
        var most = new AtomicInteger();
        var taken = new AtomicInteger();
        Callable<Boolean> work = () -> {
            for (int i = 0; i < 2000; i++) {
                var lock = OpenFileLock.tryLock(file());
                if (lock.isPresent()) {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    Thread.onSpinWait();
                    inside.decrementAndGet();
                    taken.incrementAndGet();
                    lock.get().remove();
                }
            }
            return true;
        };
        try (var pool = Executors.newFixedThreadPool(4)) {
            for (var each : pool.invokeAll(IntStream.range(0, 4).mapToObj(i -> work).toList())) {
                assertTrue(each.get(60, TimeUnit.SECONDS));
            }
        }
        assertEquals(1, most.get());
        assertTrue(taken.get() > 1000, () -> "taken " + taken);
    }

    @Test
    void aLinkIsRefused() throws IOException {
        var other = Files.writeString(folder.resolve("other"), "x");
        Files.createSymbolicLink(file(), other);
        var refusal = assertThrows(IOException.class, () -> OpenFileLock.tryLock(file()));
        assertTrue(refusal.getMessage().contains(file().toString()), refusal.getMessage());
        assertEquals(List.of("x"), Files.readAllLines(other));
    }
}
