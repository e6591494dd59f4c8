package dev.plumbline.cli;

import dev.plumbline.apply.TableNames;
import dev.plumbline.importing.Import;
import dev.plumbline.importing.ImportResult;
import dev.plumbline.intent.IntentWriter;
import dev.plumbline.kernel.KernelNamespace;
import dev.plumbline.state.ReadScope;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import picocli.CommandLine.Model.OptionSpec;

/** {@code plumbline import}: intents for what is there now. */
final class ImportCommand extends Subcommand {

    private final OptionSpec netns = ShowCommand.netns(this);
    private final OptionSpec output = option(OptionSpec.builder("-o", "--output").paramLabel("FILE").type(Path.class)
            .description("Write a new file, such as /etc/plumbline/intents/imported.yaml (default: standard output)."));

    ImportCommand() {
        super("Write intents for the routes, tables and rules that are there now.",
                "They say `adopt: true`: the next apply takes the objects over, which changes nothing but the mark that"
                        + " says whose they are. What is the kernel's, a DHCP client's or a routing daemon's is listed as"
                        + " a comment, with the reason, and left to them.");
    }

    @Override
    public Integer call() throws IOException {
        String name = netns.getValue();
        try (var namespace = KernelNamespace.open(name)) {
            var result = Import.of(namespace.read(ReadScope.ALL), TableNames.read(), name);
            Path file = output.getValue();
            if (file == null) {
                write(result, out());
                return Plumbline.DONE;
            }
            try (var writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW)) {
                write(result, writer);
            } catch (FileAlreadyExistsException e) {
                throw new CommandException(file + " exists; name another file, or move that one away");
            }
            err().println("plumbline: wrote " + result.documents().size() + " documents to " + file
                    + "; look at it, then at `plumbline plan`");
            return Plumbline.DONE;
        }
    }

    private static void write(ImportResult result, Writer out) throws IOException {
        out.write("# What was there when `plumbline import` looked. `adopt: true` takes these objects over as they are.\n");
        var writer = new IntentWriter(out, IntentWriter.Comments.NONE);
        for (var document : result.documents()) {
            writer.write(document);
        }
        if (!result.skipped().isEmpty()) {
            out.write("# Not imported:\n");
        }
        for (var skipped : result.skipped()) {
            out.write("#   " + skipped.text() + "    # " + skipped.reason() + "\n");
        }
        out.flush();
    }
}
