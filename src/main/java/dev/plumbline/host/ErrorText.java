package dev.plumbline.host;

import dev.plumbline.apply.ApplyException;
import dev.plumbline.apply.GuardedException;
import dev.plumbline.intent.IntentException;
import dev.plumbline.intent.ProblemText;
import dev.plumbline.plan.PlanException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.stream.Collectors;

/** What people are told of an exception. */
public final class ErrorText {

    private ErrorText() {
    }

    /** What is printed before the message: lines, each ended by a newline; empty if there are none. */
    public static String details(Throwable e) {
        return switch (e) {
            case HostException host -> host.details();
            case GuardedException guarded -> guarded.guards().stream()
                    .map(each -> each.name() + ": " + each.message() + "; " + each.pass() + "\n")
                    .collect(Collectors.joining());
            case ApplyException apply -> String.join("\n", apply.details()) + "\n";
            case IntentException intents -> ProblemText.render(intents.problems(), List.of());
            default -> "";
        };
    }

    /** One sentence. */
    public static String message(Throwable e) {
        String text = e.getMessage();
        return switch (e) {
            case OutOfMemoryError _ -> "out of memory: give more with PLUMBLINE_JAVA_OPTS=-Xmx2g";
            case NoSuchFileException f -> f.getFile() + ": no such file or directory";
            case AccessDeniedException f -> f.getFile() + ": permission denied";
            case UncheckedIOException u -> message(u.getCause());
            case PlanException plan -> plan.origin().position() + ": " + plan.getMessage();
            case NullPointerException _, ClassCastException _, IndexOutOfBoundsException _, Error _ -> internal(e);
            default -> text == null ? internal(e) : text;
        };
    }

    private static String internal(Throwable e) {
        return "internal error: " + e + " (run again with --debug, and report it)";
    }
}
