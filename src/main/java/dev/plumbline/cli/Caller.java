package dev.plumbline.cli;

import dev.plumbline.host.Invocation;
import java.util.List;
import java.util.regex.Pattern;

/** Who runs this program, for the lock, the journal and the history. */
final class Caller {

    private static final String HIDDEN = "***";
    /** The part of a URL between the scheme and the host. */
    private static final Pattern USER_INFORMATION = Pattern.compile("(?<=://)[^/@\\s]+(?=@)");
    private static final Pattern SECRET_OPTION =
            Pattern.compile("(--?[\\w-]*(?:token|password|secret|key|credential)[\\w-]*)(=.*)?",
                    Pattern.CASE_INSENSITIVE);

    private Caller() {
    }

    /** This run of the program. */
    static Invocation invocation(Subcommand command) {
        var line = command.spec().commandLine();
        return new Invocation(user(), ProcessHandle.current().pid(),
                commandLine(line.getParent() == null ? List.of() : line.getParent().getParseResult().originalArgs()),
                VersionCommand.version());
    }

    private static String user() {
        var name = System.getProperty("user.name");
        var caller = System.getenv("SUDO_USER");
        return caller == null || caller.isEmpty() || caller.equals(name) ? name : caller + " (" + name + ")";
    }

    /** The command line with what may be secret left out: passwords in URLs, and options that are called so. */
    static String commandLine(List<String> arguments) {
        var text = new StringBuilder("plumbline");
        boolean hideNext = false;
        for (var argument : arguments) {
            var option = SECRET_OPTION.matcher(argument);
            text.append(' ');
            if (hideNext) {
                text.append(HIDDEN);
                hideNext = false;
            } else if (option.matches()) {
                hideNext = option.group(2) == null;
                text.append(hideNext ? argument : option.group(1) + "=" + HIDDEN);
            } else {
                text.append(quoted(shown(argument)));
            }
        }
        return text.toString();
    }

    /** A text with the passwords of URLs left out. */
    private static String shown(String text) {
        return USER_INFORMATION.matcher(text).replaceAll(HIDDEN);
    }

    private static String quoted(String argument) {
        return argument.matches("[\\w@%+=:,./*-]+") ? argument : "'" + argument.replace("'", "'\\''")
                .replaceAll("\\p{Cntrl}", "?") + "'";
    }
}
