package dev.plumbline.doctor;

import dev.plumbline.host.Failure;
import dev.plumbline.host.Place;
import dev.plumbline.source.Source;
import dev.plumbline.source.SourceException;
import dev.plumbline.source.Trust;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The repository of the intents: whether it answers, and who may sign what is taken from it. */
final class GitChecks {

    private static final String AREA = "intents";
    private static final String ACCESS = "git-access";
    private static final String SIGNATURES = "git-signatures";

    private final Place.Git place;
    private final List<Check> checks = new ArrayList<>();
    private Optional<Source> source = Optional.empty();

    GitChecks(Place.Git place, Path stateDirectory, String programVersion) {
        this.place = place;
        signatures();
        if (Files.exists(stateDirectory) && !Files.isWritable(stateDirectory)) {
            checks.add(Check.notApplicable(AREA, ACCESS, "not looked at: the copy of the repository is root's",
                    "sudo plumbline doctor"));
            return;
        }
        try {
            var input = place.open(stateDirectory, programVersion);
            source = Optional.of(input.source());
            checks.add(input.failure().map(this::failed).orElseGet(() -> Check.ok(AREA, ACCESS, place.words()
                    + " answers")));
        } catch (SourceException e) {
            checks.add(Check.failed(AREA, ACCESS, e.getMessage(), look()));
        }
    }

    private Check failed(Failure failure) {
        return Check.failed(AREA, ACCESS, failure.message(), look());
    }

    private String look() {
        return "git ls-remote " + place.location().publicUrl()
                + "    # as root; what is said of token, sshKey and knownHosts in plumbline.yaml is not used here";
    }

    private void signatures() {
        if (place.verify().isEmpty()) {
            checks.add(Check.warning(AREA, SIGNATURES, "signatures are not looked at: whoever can push to the repository"
                    + " changes this host's network", "in /etc/plumbline/plumbline.yaml, below source: git:",
                    "    verify: {mode: head, allowedSigners: /etc/plumbline/allowed_signers}"));
            return;
        }
        var file = place.verify().get().keys().file();
        try {
            if (Files.isReadable(file)) {
                Trust.requireSafe(file);
                checks.add(Check.ok(AREA, SIGNATURES, "signatures are looked at; " + file + " says who may sign"));
            } else {
                checks.add(Check.failed(AREA, SIGNATURES, "there is no " + file + ", or it cannot be read: nobody may"
                        + " sign, so nothing new is taken", "ls -l " + file));
            }
        } catch (SourceException e) {
            checks.add(Check.failed(AREA, SIGNATURES, "others can write " + file + ", and let themselves sign",
                    e.getMessage().lines().skip(1).map(line -> line.substring(line.lastIndexOf(": ") + 2))
                            .toArray(String[]::new)));
        }
    }

    List<Check> checks() {
        return List.copyOf(checks);
    }

    /** The newest that there is; absent where there is none. */
    Optional<Source> source() {
        return source;
    }
}
