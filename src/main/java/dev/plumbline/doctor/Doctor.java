package dev.plumbline.doctor;

import dev.plumbline.host.Settings;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All checks of a host. */
public final class Doctor {

    static final String KERNEL = "kernel";

    private Doctor() {
    }

    /**
     * Where to look.
     *
     * @param root of the host's files: {@code /}, or a tree that stands for it
     * @param home of the distribution; absent where the program does not run from one
     * @param ageIdentity the host's key for encrypted files, if it has one
     */
    public record Patient(Path root, Settings settings, String programVersion, Optional<Path> home,
            Optional<Path> ageIdentity) {
    }

    /**
     * Looks at everything; changes nothing. What the kernel can do is tried in namespaces of their own, and a Git
     * repository is fetched from as for a plan.
     */
    public static List<Check> examine(Patient patient) {
        var files = new HostFiles(patient.root());
        var settings = patient.settings();
        var intents = new IntentChecks(settings, patient.programVersion());
        var checks = new ArrayList<Check>();
        checks.addAll(new HostChecks(files, patient.home()).checks());
        checks.add(HostChecks.encryption(patient.ageIdentity(), System.getenv()));
        checks.addAll(KernelChecks.all());
        checks.addAll(new StateChecks(settings.stateDirectory(), patient.programVersion(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS)).checks());
        checks.addAll(intents.checks());
        checks.add(SysctlChecks.check(intents.documents()));
        checks.addAll(new Others(files, Interests.of(intents.documents())).checks());
        return checks;
    }
}
