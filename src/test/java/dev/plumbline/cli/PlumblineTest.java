package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Exit codes, and what a person reads when something fails. */
class PlumblineTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void versionNamesPlumblineJavaAndTheKernel() {
        assertEquals(Plumbline.DONE, execute("version"));

        String[] lines = out.toString().split("\n");
        assertEquals(3, lines.length, out::toString);
        assertTrue(lines[1].contains(Runtime.version().toString()), lines[1]);
        assertTrue(lines[2].contains(System.getProperty("os.version")), lines[2]);
    }

    @Test
    void unknownCommandIsWrongUsageWithAHint() {
        assertEquals(Plumbline.USAGE, execute("verzion"));
        assertTrue(err.toString().startsWith("plumbline: Unmatched argument at index 0: 'verzion'"), err::toString);
        assertTrue(err.toString().contains("Did you mean: plumbline version"), err::toString);
    }

    @Test
    void noCommandIsWrongUsage() {
        assertEquals(Plumbline.USAGE, execute());
        assertEquals("plumbline: a command is missing\nTry 'plumbline --help'.\n", err.toString());
    }

    @Test
    void missingArgumentIsWrongUsage() {
        assertEquals(Plumbline.USAGE, execute("completion"));
        assertTrue(err.toString().contains("SHELL"), err::toString);
        assertTrue(err.toString().contains("Try 'plumbline completion --help'."), err::toString);
    }

    @Test
    void failureIsOneLineAndNoStackTrace() {
        assertEquals(Plumbline.ERROR, execute("training", "/nowhere/commands"));
        assertEquals("plumbline: /nowhere/commands: no such file or directory\n", err.toString());
    }

    @Test
    void debugShowsTheStackTrace() {
        assertEquals(Plumbline.ERROR, execute("training", "/nowhere/commands", "--debug"));
        assertTrue(err.toString().contains("\tat dev.plumbline.cli.TrainingCommand.call"), err::toString);
    }

    @Test
    void helpListsEveryCommandThatIsNotHidden() {
        assertEquals(Plumbline.DONE, execute("--help"));
        assertTrue(out.toString().contains("  version "), out::toString);
        assertFalse(out.toString().contains("training"), out::toString);
    }

    @Test
    void completionScriptsKnowTheCommands() {
        assertEquals(Plumbline.DONE, execute("completion", "zsh"));
        assertTrue(out.toString().startsWith("#compdef plumbline\n"), out::toString);
        assertTrue(out.toString().contains("version"), out::toString);
    }

    private int execute(String... args) {
        CommandLine line = Plumbline.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(args);
    }
}
