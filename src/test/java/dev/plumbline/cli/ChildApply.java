package dev.plumbline.cli;

import dev.plumbline.apply.ApplyException;
import dev.plumbline.apply.LockedException;
import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.netlink.Gate;
import dev.plumbline.state.Progress;
import dev.plumbline.store.Store;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A second process that applies: {@code STATE-DIRECTORY NAMESPACE hang N} stands still before request N, which it says;
 * {@code … slow N} for three seconds only;
 * {@code … table ID} applies one table and says {@code done} or {@code locked}.
 */
final class ChildApply {

    private ChildApply() {
    }

    public static void main(String[] arguments) {
        var directory = Path.of(arguments[0]);
        boolean hang = !arguments[2].equals("table");
        long pause = arguments[2].equals("hang") ? 600_000 : 3_000;
        int number = Integer.parseInt(arguments[3]);
        var documents = hang ? MixedChanges.second() : MixedChanges.table(number);
        try (var store = Store.open(directory, "1.0");
                var session = MixedChanges.reconciler(store, directory, label -> {
            var namespace = KernelNamespace.open(arguments[1]);
            namespace.gate(hang ? new Hang(number, pause) : Gate.OPEN);
            return Optional.of(namespace);
        }).prepareToApply(documents)) {
            session.apply(Optional.empty(), Progress.SILENT);
            System.out.println("done");
        } catch (LockedException e) {
            System.out.println("locked " + e.getMessage());
        } catch (ApplyException e) {
            System.out.println("failed " + e.getMessage() + e.details());
            System.exit(1);
        }
    }

    private static final class Hang implements Gate {
        private int left;
        private final long pause;

        Hang(int left, long pause) {
            this.left = left;
            this.pause = pause;
        }

        @Override
        public int pass(int type) {
            if (left-- == 0) {
                System.out.println("hanging");
                try {
                    Thread.sleep(pause);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return type;
        }

        @Override
        public boolean oneByOne() {
            return true;
        }
    }
}
