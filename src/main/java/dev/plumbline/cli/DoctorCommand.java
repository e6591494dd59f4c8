package dev.plumbline.cli;

import dev.plumbline.doctor.Check.Verdict;
import dev.plumbline.doctor.CheckJson;
import dev.plumbline.doctor.CheckText;
import dev.plumbline.doctor.Doctor;
import java.nio.file.Path;
import java.util.Optional;
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
        var checks = Doctor.examine(new Doctor.Patient(root.getValue(), input.settings(),
                VersionCommand.version(),
                Optional.ofNullable(System.getProperty("plumbline.home")).map(Path::of)));
        if (json.getAsBoolean()) {
            CheckJson.write(checks, VersionCommand.version(), out());
        } else {
            CheckText.write(checks, Terminal.colour(), out());
        }
        return checks.stream().anyMatch(each -> each.verdict() == Verdict.FAILED) ? Plumbline.ERROR : Plumbline.DONE;
    }
}
