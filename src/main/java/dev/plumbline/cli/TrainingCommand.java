package dev.plumbline.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * {@code plumbline training FILE}: runs many command lines in one process, so that the JVM sees which classes they need
 * and writes its AOT cache. Used when the distribution is built ({@code src/main/dist/train}), hidden from users.
 */
final class TrainingCommand extends Subcommand {

    private final PositionalParamSpec file = argument(PositionalParamSpec.builder()
            .paramLabel("FILE")
            .type(Path.class)
            .required(true)
            .description("A command line a line, its words apart by blanks. One that begins with '- ' may fail, as in"
                    + " make; '#' begins a comment."));

    TrainingCommand() {
        super("Run the command lines of a file in one process.");
        spec().usageMessage().hidden(true);
    }

    @Override
    public Integer call() throws IOException {
        int failures = 0;
        for (String line : Files.readAllLines(file.<Path>getValue())) {
            String text = line.strip();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            boolean mayFail = text.startsWith("- ");
            String[] words = text.substring(mayFail ? 2 : 0).strip().split("\\s+");
            int code = Plumbline.run(words);
            if (code != Plumbline.DONE && !mayFail) {
                System.err.println("training: exit code " + code + " of " + Arrays.toString(words));
                failures++;
            }
        }
        return failures == 0 ? Plumbline.DONE : Plumbline.ERROR;
    }
}
