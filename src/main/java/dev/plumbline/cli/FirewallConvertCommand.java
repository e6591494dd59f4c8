package dev.plumbline.cli;

import dev.plumbline.importing.FirewallConversion;
import dev.plumbline.intent.IntentFile;
import dev.plumbline.intent.IntentParser;
import dev.plumbline.intent.Problem;
import dev.plumbline.intent.ProblemText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code plumbline firewall convert FILE}. */
final class FirewallConvertCommand extends Subcommand {

    /** Exit code: the intents are printed, and do not say all that the file says. */
    static final int LEFT_OUT = 2;

    private final PositionalParamSpec file = argument(PositionalParamSpec.builder().paramLabel("FILE").type(Path.class)
            .required(true).description("Rules of VNS3, one a line, or what iptables-save prints; - for standard"
                    + " input."));
    private final OptionSpec name = option(OptionSpec.builder("--name").paramLabel("NAME").type(String.class)
            .description("The name of the document (default: made from the file's)."));

    FirewallConvertCommand() {
        super("Print a file of rules as an intent.",
                "Comments are kept. What an intent cannot say is left out: it is a comment in the output, and listed on"
                        + " standard error with its line and column.");
        spec().usageMessage().exitCodeListHeading("%nExit code:%n").exitCodeList(Map.of("2",
                "The intent is printed, and something was left out."));
    }

    @Override
    public Integer call() throws IOException {
        Path path = file.getValue();
        boolean standardInput = path.toString().equals("-");
        var content = standardInput ? System.in.readAllBytes() : Files.readAllBytes(path);
        var label = standardInput ? "standard input" : path.toString();
        var conversion = FirewallConversion.of(label, decoded(label, content));
        var text = conversion.text(documentName(standardInput ? "rules" : path.getFileName().toString()));
        var written = new IntentFile("the intent", text.getBytes(StandardCharsets.UTF_8));
        var parsed = IntentParser.withoutSchema().parse(List.of(written));
        if (parsed.hasErrors()) {
            throw new CommandException(label + ": the rules do not fit together",
                    ProblemText.render(parsed.problems(), List.of(written)));
        }
        out().print(text);
        List<Problem> leftOut = conversion.leftOut();
        err().print(ProblemText.render(leftOut, List.of(new IntentFile(label, content)), Integer.MAX_VALUE));
        return leftOut.isEmpty() ? Plumbline.DONE : LEFT_OUT;
    }

    private static String decoded(String label, byte[] content) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
        } catch (CharacterCodingException e) {
            throw new CommandException(label + " is no UTF-8 text");
        }
    }

    private String documentName(String fileName) {
        String given = name.getValue();
        if (given != null) {
            return given;
        }
        var stem = fileName.contains(".") ? fileName.substring(0, fileName.lastIndexOf('.')) : fileName;
        var label = stem.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+", "");
        var cut = label.substring(0, Math.min(63, label.length())).replaceAll("-+$", "");
        return cut.isEmpty() ? "firewall" : cut;
    }
}
