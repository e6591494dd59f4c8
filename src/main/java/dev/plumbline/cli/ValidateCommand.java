package dev.plumbline.cli;

import dev.plumbline.host.Workspace;
/** {@code plumbline validate}: checks intents without looking at the network. */
final class ValidateCommand extends Subcommand {

    private final InputOptions input = new InputOptions(this);

    ValidateCommand() {
        super("Check the intents. Looks at no network and needs no root.",
                "Names of tables are those of the documents and of this machine's rt_tables.");
    }

    @Override
    public Integer call() {
        try (var work = Workspace.validating(input.settings(), Caller.invocation(this), err())) {
            int documents = work.checkedDocuments().size();
            out().println(documents + (documents == 1 ? " document is" : " documents are") + " valid.");
            work.printTimings();
            return Plumbline.DONE;
        }
    }
}
