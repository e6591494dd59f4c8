package dev.plumbline.push;

import dev.plumbline.history.Confirmation;
import dev.plumbline.history.Reason;
import dev.plumbline.history.Run;
import dev.plumbline.host.ErrorText;
import dev.plumbline.host.HostException;
import dev.plumbline.host.Invocation;
import dev.plumbline.host.Order;
import dev.plumbline.host.Place;
import dev.plumbline.host.Report;
import dev.plumbline.host.Settings;
import dev.plumbline.host.Unattended;
import dev.plumbline.host.Workspace;
import dev.plumbline.plan.Guard;
import dev.plumbline.plan.Plan;
import dev.plumbline.plan.PlanText;
import dev.plumbline.source.GitLocation;
import dev.plumbline.store.OtherSourceException;
import dev.plumbline.store.PushedRepository;
import dev.plumbline.store.Store;
import dev.plumbline.store.StoreView;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** What is done as root with a push into the repository that {@code plumbline init} registered, and into no other. */
public final class PushReceiver {

    private final Path stateDirectory;
    private final Function<GitLocation, Settings> settings;
    private final Invocation invocation;
    private final Duration lockTimeout;

    /**
     * @param settings those of this host with intents from there; asked for each push, so that a changed plumbline.yaml
     *         holds at once. The place is a {@link Place.Git}
     * @param lockTimeout how long to wait for another apply to end
     */
    public PushReceiver(Path stateDirectory, Function<GitLocation, Settings> settings, Invocation invocation,
            Duration lockTimeout) {
        this.stateDirectory = stateDirectory;
        this.settings = settings;
        this.invocation = invocation;
        this.lockTimeout = lockTimeout;
    }

    /** The same on behalf of somebody. */
    PushReceiver by(String user) {
        return new PushReceiver(stateDirectory, settings, new Invocation(user, invocation.pid(), "git push",
                invocation.version()), lockTimeout);
    }

    /**
     * The repository whose pushes are taken.
     *
     * @throws HostException if the store cannot be read
     */
    Optional<PushedRepository> registered() {
        try (var store = Store.openReadOnly(stateDirectory, invocation.version())) {
            store.unavailable().ifPresent(why -> {
                throw new HostException(why);
            });
            return store.pushedRepository();
        }
    }

    private PushedRepository registered(PushRequest request) {
        var registered = registered();
        return registered.filter(each -> each.directory().equals(request.repository())).orElseThrow(() ->
                new HostException(request.repository() + " is not the repository whose pushes this host takes"
                        + registered.map(each -> ", which is " + each.directory()).orElse("")
                        + "; `plumbline init` makes it that"));
    }

    /**
     * Looks at a push before git accepts it: prints the plan, and what is against it. Changes nothing.
     *
     * @return whether it may be accepted
     */
    boolean validate(PushRequest request, PrintWriter out) {
        try {
            var repository = registered(request);
            var options = PushOptions.parse(request.options());
            var quarantine = request.quarantine().orElseThrow(() -> new HostException("this git keeps no push apart"
                    + " until it is accepted; git 2.11 or newer does"));
            var host = settings.apply(location(repository));
            if (!(host.place() instanceof Place.Git git)) {
                throw new IllegalStateException("a push into no Git repository");
            }
            if (repository.applies()) {
                requireApplicable(git, options, out);
            }
            out.println("Commit " + request.commit().substring(0, Place.SHORT) + " on " + repository.branch() + ":");
            var pushed = new Settings(host.stateDirectory(), new Place.Pushed(git, request.commit(), quarantine),
                    host.host(), host.allow(), host.drift(), host.variables());
            return isFit(pushed, repository, options, out);
        } catch (RuntimeException | IOException e) {
            out.print(ErrorText.details(e));
            out.println("plumbline: refused: " + ErrorText.message(e));
            return false;
        }
    }

    private static GitLocation location(PushedRepository repository) {
        return new GitLocation(repository.directory().toString(), Optional.of(repository.ref()), repository.path());
    }

    /** What would keep it from being applied is to be told before it is accepted. */
    private void requireApplicable(Place.Git git, PushOptions options, PrintWriter out) {
        try (var store = Store.openReadOnly(stateDirectory, invocation.version())) {
            if (!options.replaceSource()) {
                store.checkSource(git.id());
            }
            awaiting(store).ifPresent(by -> {
                throw new HostException("an apply waits to be confirmed until " + by + ": say `plumbline confirm` or"
                        + " `plumbline revert` on this host first");
            });
            store.suspension().filter(each -> each.holds(Instant.now())).ifPresent(each -> out.println("note: accepted,"
                    + " but not applied now: unattended runs are suspended: " + each.reason()));
        } catch (OtherSourceException e) {
            throw new HostException(e.getMessage() + " (git push -o replace-source)");
        }
    }

    private static Optional<Instant> awaiting(StoreView store) {
        return store.unfinished().stream().flatMap(each -> each.confirmation().stream())
                .filter(Confirmation::awaiting).map(Confirmation::by).findFirst();
    }

    private boolean isFit(Settings pushed, PushedRepository repository, PushOptions options, PrintWriter out)
            throws IOException {
        try (var work = options.replaceSource() ? Workspace.replacing(pushed, invocation, out)
                : Workspace.reading(pushed, invocation, out);
                var session = work.prepare()) {
            if (repository.applies()) {
                work.refuseReverted(options.again());
            }
            var plan = session.plan();
            new PlanText(false, PlanText.DEFAULT_LIMIT).write(plan, out);
            work.guard(session, Set.of());
            var allowed = new HashSet<>(pushed.allow());
            allowed.addAll(options.allow());
            var hit = session.plan().namespaces().stream().map(Plan.NamespacePlan::guards).flatMap(List::stream)
                    .filter(each -> !allowed.contains(each.name())).toList();
            hit.forEach(each -> out.println("guard " + each.name() + ": " + each.message()
                    + "; if that is meant: git push -o allow=" + each.name()));
            if (!hit.isEmpty() && repository.applies()) {
                throw new HostException("nothing was changed: the plan hits " + String.join(", ",
                        hit.stream().map(Guard::name).distinct().toList()));
            }
            return true;
        }
    }

    /** Applies what the registered branch names now, if pushes are to be applied, and says how that went. */
    void apply(PushRequest request, PrintWriter out) {
        try {
            var repository = registered(request);
            if (!repository.applies()) {
                return;
            }
            out.println("Applying commit " + request.commit().substring(0, Place.SHORT) + " ...");
            out.flush();
            var options = PushOptions.parse(request.options());
            var report = new Unattended(settings.apply(location(repository)), invocation, lockTimeout)
                    .run(new Order("push", options.allow(), repository.confirm(), false, false, options.again(),
                            options.replaceSource()));
            tell(report, out);
        } catch (RuntimeException e) {
            out.print(ErrorText.details(e));
            out.println("plumbline: apply FAILED: " + ErrorText.message(e));
        }
    }

    private void tell(Report report, PrintWriter out) {
        var run = report.run();
        if (run.reason().isFailure()) {
            report.lines().stream().filter(each -> each.priority().number() <= Report.Priority.WARNING.number())
                    .forEach(each -> out.println(each.text()));
            out.println("plumbline: apply FAILED: " + run.reason().word() + ". The branch has moved all the same: push"
                    + " what is right, or see `plumbline status` on this host");
        } else if (run.reason().isReady() || run.reason() == Reason.NOT_ALL_READY) {
            done(run, out);
        } else {
            out.println("plumbline: accepted, but NOT applied: " + run.reason().word() + ": " + run.message());
        }
    }

    private void done(Run run, PrintWriter out) {
        out.println(run.hasChanges() ? "Apply complete and verified: " + run.added() + " added, " + run.changed()
                + " changed, " + run.destroyed() + " destroyed."
                : "Nothing to apply: the network matches the intents.");
        if (run.reason() == Reason.NOT_ALL_READY) {
            out.println("waiting: " + run.message());
        }
        try (var store = Store.openReadOnly(stateDirectory, invocation.version())) {
            awaiting(store).ifPresent(by -> out.println("It is reverted at " + by
                    + " unless somebody says on this host: plumbline confirm"));
        }
    }
}
