package dev.plumbline.cli;

import dev.plumbline.doctor.PlanWarnings;
import dev.plumbline.host.Workspace;
import dev.plumbline.plan.Plan;
import dev.plumbline.plan.PlanJson;
import dev.plumbline.plan.PlanText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** {@code plumbline plan}: what an apply would do. */
final class PlanCommand extends Subcommand {

    /** Exit code for a plan with changes, where the caller asked for it. */
    private static final int PENDING = 2;

    private final InputOptions input = new InputOptions(this);
    private final BooleanSupplier json = flag("--json",
            "Print JSON, after schemas/plan.schema.json.");
    private final BooleanSupplier full = flag("--full",
            "List all changes, however many.");
    private final BooleanSupplier detailedExitCode = flag("--detailed-exitcode",
            "Exit with 2 when there is something to do.");

    private final OptionSpec out = option(OptionSpec.builder("-o", "-out", "--out").paramLabel("FILE").type(Path.class)
            .description("Save the plan: `plumbline apply FILE` carries out this very plan, or refuses."));

    private final OptionSpec facts = option(OptionSpec.builder("--facts").paramLabel("FILE").type(Path.class)
            .description("Plan for another host, from what `plumbline facts` printed there: needs neither root nor that"
                    + " host. Its name and labels are those of the facts unless --host or --label are said."));

    PlanCommand() {
        super("Show what an apply would do. Changes nothing.");
    }

    @Override
    public Integer call() throws IOException {
        Path saved = facts.getValue();
        return saved == null ? here() : elsewhere(saved);
    }

    private int here() throws IOException {
        try (var work = Workspace.reading(input.settings(), Caller.invocation(this), err());
                var session = work.prepare()) {
            work.guard(session, Set.of());
            var plan = PlanWarnings.added(session.plan());
            int code = show(plan);
            Path file = out.getValue();
            if (file != null) {
                work.save(session).write(file);
                err().println("plumbline: the plan is saved; apply it with: plumbline apply " + file);
            }
            work.printTimings();
            return code;
        }
    }

    private int elsewhere(Path saved) throws IOException {
        if (out.getValue() != null) {
            throw new ParameterException(spec().commandLine(), "--out saves what this host can apply, and --facts plans"
                    + " for another one: say one of them");
        }
        try (var work = FactsPlan.of(saved, input, err())) {
            return show(work.plan());
        }
    }

    private int show(Plan plan) throws IOException {
        if (json.getAsBoolean()) {
            PlanJson.write(plan, VersionCommand.version(), out());
        } else {
            print(plan, full.getAsBoolean(), out());
        }
        return detailedExitCode.getAsBoolean() && !plan.isEmpty() ? PENDING : Plumbline.DONE;
    }

    /** Prints a plan as text. */
    static void print(Plan plan, boolean full, PrintWriter out) throws IOException {
        new PlanText(Terminal.colour(), full ? Integer.MAX_VALUE : PlanText.DEFAULT_LIMIT).write(plan, out);
        out.flush();
    }
}
