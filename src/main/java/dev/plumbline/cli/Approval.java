package dev.plumbline.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** The question before something is changed. */
final class Approval {

    private Approval() {
    }

    /**
     * Asks whether the plan that was shown is to be carried out.
     *
     * @throws CommandException unless the answer is yes
     */
    static void ask(PrintWriter out) throws IOException {
        if (!Terminal.input() || !Terminal.output()) {
            throw refused("there is no terminal to ask on; say --auto-approve");
        }
        out.print("\nDo you want to perform these actions? Only `yes` is taken for yes: ");
        out.flush();
        var answer = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        if (answer == null || !answer.strip().equals("yes")) {
            throw refused("the answer was not `yes`");
        }
    }

    private static CommandException refused(String why) {
        return new CommandException("nothing was changed: " + why);
    }
}
