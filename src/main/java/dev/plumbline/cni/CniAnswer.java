package dev.plumbline.cni;

import java.util.List;

/**
 * What the plugin's process does then.
 *
 * @param exitCode 0 for success
 * @param stdout a result or an error as JSON; empty where the specification wants nothing
 * @param stderr lines of the log that are loud enough; libcni shows them where standard output is empty
 */
public record CniAnswer(int exitCode, String stdout, List<String> stderr) {

    public CniAnswer {
        stderr = List.copyOf(stderr);
    }
}
