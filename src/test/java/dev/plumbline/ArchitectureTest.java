package dev.plumbline;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.EvaluationResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Who may import whom: from top to bottom, never upward, never sideways unless listed. */
class ArchitectureTest {

    private static final String ROOT = "dev.plumbline.";

    private static final Set<String> CORE = Set.of("compile", "plan", "flow", "importing", "history", "intent", "state",
            "json");
    private static final Set<String> EDGES = Set.of("apply", "source", "store", "secret");

    /** A package, and the packages of plumbline that it may use beside itself. */
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            // The programs: they alone put the domains of kernel together with apply.
            Map.entry("cli", union(EDGES, CORE, Set.of("host", "configuration", "agent", "cni", "control", "push",
                    "metrics", "sandbox", "facts", "doctor", "explain", "kernel", "netlink"))),
            Map.entry("agent", union(EDGES, CORE, Set.of("host", "configuration", "control", "kernel", "netlink"))),
            Map.entry("cni", union(EDGES, CORE, Set.of("host", "configuration", "control", "kernel", "netlink"))),
            // What the programs share.
            Map.entry("push", union(EDGES, CORE, Set.of("host", "control"))),
            Map.entry("host", union(EDGES, CORE, Set.of("explain", "kernel", "netlink"))),
            Map.entry("metrics", Set.of("host", "store", "history")),
            Map.entry("configuration", union(CORE, Set.of("source", "secret"))),
            Map.entry("sandbox", union(EDGES, CORE, Set.of("kernel", "netlink"))),
            // A host in a file stands in for the kernel and the store: it needs neither.
            Map.entry("facts", union(CORE, Set.of("apply"))),
            Map.entry("doctor", union(EDGES, CORE, Set.of("host", "kernel", "netlink"))),
            Map.entry("apply", CORE),
            Map.entry("source", union(CORE, Set.of("secret"))),
            Map.entry("store", CORE),
            Map.entry("compile", Set.of("intent", "state", "json")),
            Map.entry("plan", Set.of("intent", "state", "json", "flow")),
            // Pure, and below plan: it judges states, and knows nothing of changes.
            Map.entry("flow", Set.of("state")),
            Map.entry("history", Set.of("plan", "state", "json")),
            Map.entry("explain", Set.of("compile", "flow", "history", "intent", "state", "json")),
            Map.entry("importing", Set.of("intent", "state", "json")),
            Map.entry("intent", Set.of("state", "secret")),
            Map.entry("json", Set.of("state")),
            // The lock of a socket is an open file's.
            Map.entry("control", Set.of("netlink")),
            Map.entry("kernel", Set.of("state", "netlink")),
            Map.entry("strongswan", Set.of("state", "netlink")),
            Map.entry("state", Set.of()),
            Map.entry("secret", Set.of()),
            Map.entry("netlink", Set.of()));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.plumbline");

    @TestFactory
    Stream<DynamicTest> packagesUseOnlyWhatLiesBelowThem() {
        return MAY_USE.keySet().stream().sorted().map(name ->
                dynamicTest(name, () -> assertEquals(List.of(), violations(CLASSES, name, MAY_USE.get(name)))));
    }

    @Test
    void everyPackageHasItsRule() {
        Set<String> unknown = new TreeSet<>();
        for (JavaClass type : CLASSES) {
            unknown.add(type.getPackageName().substring(ROOT.length()).split("\\.")[0]);
        }
        unknown.removeAll(MAY_USE.keySet());

        assertEquals(Set.of(), unknown);
    }

    /** The rules see what they are to see: intent does use state, which shows as soon as it may not. */
    @Test
    void aBrokenRuleIsFound() {
        assertEquals(List.of(), violations(CLASSES, "intent", MAY_USE.get("intent")));
        assertEquals(false, violations(CLASSES, "intent", Set.of()).isEmpty());
    }

    private static List<String> violations(JavaClasses classes, String name, Set<String> below) {
        List<String> allowed = new ArrayList<>(List.of(ROOT + name + ".."));
        below.forEach(other -> allowed.add(ROOT + other + ".."));
        EvaluationResult result = classes().that().resideInAPackage(ROOT + name + "..")
                .should().onlyDependOnClassesThat(resideOutsideOfPackage("dev.plumbline..")
                        .or(resideInAnyPackage(allowed.toArray(String[]::new))))
                .allowEmptyShould(true)
                .evaluate(classes);
        return result.getFailureReport().getDetails();
    }

    @SafeVarargs
    private static Set<String> union(Set<String>... sets) {
        Set<String> union = new TreeSet<>();
        for (Set<String> set : sets) {
            union.addAll(set);
        }
        return union;
    }
}
