package dev.plumbline.cli;

import dev.plumbline.configuration.Configuration;
import dev.plumbline.doctor.Check.Verdict;
import dev.plumbline.doctor.Check;
import dev.plumbline.doctor.CheckJson;
import dev.plumbline.doctor.CheckText;
import dev.plumbline.doctor.Doctor;
import dev.plumbline.host.Place;
import dev.plumbline.host.Settings;
import dev.plumbline.intent.DriftPolicy;
import dev.plumbline.intent.HostFilter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Model.OptionSpec;

/** {@code plumbline doctor}: looks before trouble comes. */
final class DoctorCommand extends Subcommand {

    private final InputOptions input = new InputOptions(this);
    private final BooleanSupplier json = flag("--json",
            "Print JSON, after schemas/doctor.schema.json.");
    private final OptionSpec root = option(OptionSpec.builder("--root").paramLabel("DIR").type(Path.class)
            .defaultValue("/").hidden(true));

    DoctorCommand() {
        super("Look whether this host is fit for plumbline, and who else writes to its network.",
                "Says of everything that is amiss what to do. Exit code 1 if something failed. Changes nothing: what"
                        + " the kernel can do is tried in network namespaces of its own.");
    }

    @Override
    public Integer call() {
        var checks = new ArrayList<Check>();
        var settings = settings(checks);
        checks.addAll(Doctor.examine(new Doctor.Patient(root.getValue(), settings, VersionCommand.version(),
                Optional.ofNullable(System.getProperty("plumbline.home")).map(Path::of), ageIdentity())));
        if (json.getAsBoolean()) {
            CheckJson.write(checks, VersionCommand.version(), out());
        } else {
            CheckText.write(checks, Terminal.colour(), out());
        }
        return checks.stream().anyMatch(each -> each.verdict() == Verdict.FAILED) ? Plumbline.ERROR : Plumbline.DONE;
    }

    private Optional<Path> ageIdentity() {
        try {
            return input.state().configuration().secrets().ageIdentity();
        } catch (CommandException e) {
            // Said by settings().
            return Optional.empty();
        }
    }

    /** A plumbline.yaml that cannot be used is a finding too; the rest is looked at as if there were none. */
    private Settings settings(List<Check> checks) {
        var file = input.state().file();
        try {
            var settings = input.settings();
            checks.add(new Check("program", "configuration", Verdict.OK, Files.exists(file)
                    ? "what this host is told: " + file : "there is no " + file + ": the defaults hold", List.of()));
            return settings;
        } catch (CommandException e) {
            var details = e.details().lines().findFirst().map(line -> ": " + line).orElse("");
            checks.add(new Check("program", "configuration", Verdict.FAILED, e.getMessage() + details,
                    List.of("plumbline status --config " + file + "    # says all that is wrong with it")));
            return new Settings(Configuration.STATE_DIRECTORY, new Place.Directory(Configuration.INTENTS),
                    new HostFilter(input.givenHost().orElse(""), Map.of()), Set.of(), DriftPolicy.DEFAULT,
                    Map.of());
        }
    }
}
