package dev.plumbline.build;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * A manual page in roff ({@code man 7 man}), written from picocli's model of a command. picocli's own generator writes
 * AsciiDoc, and what turns that into roff is fifty times the size of plumbline.
 *
 * @param name the page's name, as in {@code man plumbline-plan}
 * @param roff its source
 */
record ManualPage(String name, String roff) {

    /** The pages of a command and of all its commands that are not hidden; date and source stand in the footer. */
    static List<ManualPage> all(CommandLine line, String date, String source) {
        List<ManualPage> pages = new ArrayList<>();
        add(line, date + "\" \"" + source, pages);
        return pages;
    }

    private static void add(CommandLine line, String header, List<ManualPage> pages) {
        CommandSpec spec = line.getCommandSpec();
        if (spec.usageMessage().hidden()) {
            return;
        }
        pages.add(new ManualPage(pageName(spec), render(line, header)));
        line.getSubcommands().values().stream().distinct().forEach(command -> add(command, header, pages));
    }

    private static String pageName(CommandSpec spec) {
        return spec.qualifiedName("-");
    }

    private static String render(CommandLine line, String header) {
        CommandSpec spec = line.getCommandSpec();
        Help help = new Help(spec, Help.defaultColorScheme(Help.Ansi.OFF));
        StringBuilder page = new StringBuilder();
        page.append(".TH ").append(pageName(spec).toUpperCase(Locale.ROOT))
                .append(" 1 \"").append(header).append("\"\n");
        section(page, "NAME", pageName(spec) + " \\- " + escape(firstSentence(spec)));
        section(page, "SYNOPSIS", ".nf\n" + escape(help.synopsis(0).strip()) + "\n.fi");
        section(page, "DESCRIPTION", text(spec.usageMessage().description()));
        items(page, "ARGUMENTS", spec.positionalParameters().stream()
                .filter(argument -> !argument.hidden())
                .map(argument -> item(label(argument), argument))
                .toList());
        items(page, "OPTIONS", spec.options().stream()
                .filter(option -> !option.hidden())
                .map(option -> item(label(option), option))
                .toList());
        items(page, "COMMANDS", spec.subcommands().values().stream().distinct()
                .map(CommandLine::getCommandSpec)
                .filter(command -> !command.usageMessage().hidden())
                .map(command -> ".TP\n.BR " + pageName(command).replace("-", "\\-") + " (1)\n"
                        + text(command.usageMessage().description()))
                .toList());
        section(page, "EXIT STATUS", exitCodes(spec));
        section(page, "NOTES", text(spec.usageMessage().footer()));
        return page.toString();
    }

    private static void section(StringBuilder page, String title, String body) {
        if (!body.isBlank()) {
            page.append(".SH ").append(title).append('\n').append(body).append('\n');
        }
    }

    private static void items(StringBuilder page, String title, List<String> items) {
        section(page, title, String.join("\n", items));
    }

    private static String item(String label, ArgSpec argument) {
        return ".TP\n" + label + "\n" + text(argument.description());
    }

    private static String label(PositionalParamSpec argument) {
        return "\\fI" + escape(argument.paramLabel()) + "\\fR";
    }

    private static String label(OptionSpec option) {
        String names = Arrays.stream(option.names())
                .map(name -> "\\fB" + escape(name) + "\\fR")
                .collect(Collectors.joining(", "));
        return option.arity().max() == 0 ? names : names + "=\\fI" + escape(option.paramLabel()) + "\\fR";
    }

    private static String exitCodes(CommandSpec spec) {
        Map<String, String> codes = new LinkedHashMap<>();
        codes.put("0", "Done.");
        codes.put("1", "Error; the message is on standard error.");
        codes.put("64", "Wrong usage.");
        codes.putAll(spec.usageMessage().exitCodeList());
        return codes.entrySet().stream()
                .map(code -> ".TP\n.B " + code.getKey().strip() + "\n" + escape(code.getValue().strip()))
                .collect(Collectors.joining("\n"));
    }

    private static String firstSentence(CommandSpec spec) {
        String[] description = spec.usageMessage().description();
        String all = description.length == 0 ? spec.name() : String.format(description[0]);
        int end = all.indexOf(". ");
        return (end < 0 ? all : all.substring(0, end)).replaceFirst("\\.$", "");
    }

    private static String text(String... lines) {
        return Arrays.stream(lines)
                .map(line -> escape(String.format(line).strip()))
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining("\n.br\n"));
    }

    /** Roff's own characters, and lines that would begin a request. */
    private static String escape(String text) {
        String escaped = text.replace("\\", "\\e").replace("-", "\\-");
        return escaped.lines()
                .map(String::stripTrailing)
                .map(line -> line.startsWith(".") || line.startsWith("'") ? "\\&" + line : line)
                .collect(Collectors.joining("\n"));
    }
}
