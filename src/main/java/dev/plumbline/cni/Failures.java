package dev.plumbline.cni;

import dev.plumbline.apply.ApplyException;
import dev.plumbline.apply.LockedException;
import dev.plumbline.intent.IntentException;
import dev.plumbline.intent.Problem;
import dev.plumbline.plan.PlanException;
import dev.plumbline.store.StoreBusyException;
import dev.plumbline.store.StoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.stream.Collectors;

/** What the parts of plumbline throw, as errors of the specification. */
final class Failures {

    private static final String SPEC = "spec.";

    private Failures() {
    }

    static CniException of(Throwable failure) {
        return switch (failure) {
            case CniException known -> known;
            case LockedException _, StoreBusyException _ ->
                    new CniException(CniException.TRY_AGAIN, text(failure));
            case StoreException _ -> new CniException(CniException.IO, text(failure));
            case IntentException wrong -> new CniException(CniException.INVALID_CONFIGURATION, wrong.problems().stream()
                    .filter(each -> each.severity() == Problem.Severity.ERROR)
                    .map(Failures::text).collect(Collectors.joining("; ")));
            case ApplyException refused -> new CniException(CniException.NOT_POSSIBLE, text(refused),
                    String.join("; ", refused.details()));
            case PlanException _ -> new CniException(CniException.NOT_POSSIBLE, text(failure));
            case UncheckedIOException _, IOException _ -> new CniException(CniException.IO, text(failure));
            default -> new CniException(CniException.INTERNAL, "internal error: " + failure);
        };
    }

    /**
     * What an attachment wants is said in the network's configuration, where its fields are below no {@code spec}; what
     * a document in the same namespace says, is in that document's file.
     */
    private static String text(Problem problem) {
        var field = problem.field();
        boolean isAttachments = problem.origin().file().isEmpty();
        if (isAttachments && field.startsWith(SPEC)) {
            field = field.substring(SPEC.length());
        }
        return (isAttachments ? "" : problem.origin().position() + ": ") + (field.isEmpty() ? "" : field + ": ")
                + problem.message();
    }

    private static String text(Throwable failure) {
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }
}
