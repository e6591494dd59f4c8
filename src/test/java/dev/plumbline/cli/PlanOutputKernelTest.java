package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.plumbline.kernel.ThrowAwayNamespaces;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** What plan and apply print for people and for machines, and their exit codes. */
@Tag("kernel")
class PlanOutputKernelTest {

    private static final String EDGE = """
            kind: RouteTable
            metadata: {name: edge}
            spec:
              id: 110
              routes:
                - {to: 203.0.113.0/24, via: 10.0.0.1, dev: eth0}
                - {to: 198.51.100.0/24, via: 10.0.0.1, dev: eth0, mtu: 1400}
                - {to: 192.0.2.0/24, type: unreachable}
            ---
            kind: RoutingRules
            metadata: {name: paths}
            spec: {rules: [{priority: 1000, from: 10.0.0.10, lookup: edge}]}
            ---
            kind: SourceRouting
            metadata: {name: later}
            spec: {device: net9, optional: true}
            """;

    @RegisterExtension
    final ThrowAwayNamespaces namespaces = new ThrowAwayNamespaces();

    @TempDir
    Path directory;
    private TestHost host;

    @BeforeEach
    void device() {
        host = new TestHost(namespaces, directory).device("eth0", "10.0.0.10/24");
        host.intent("edge.yaml", EDGE);
    }

    /** A plan with all four kinds of changes. */
    private void mixed() {
        host.apply();
        host.ip().run("route add 10.1.0.0/16 dev eth0");
        host.ip().run("route append 10.1.0.0/16 via 10.0.0.1 dev eth0");
        host.intent("edge.yaml", EDGE.replace("mtu: 1400", "mtu: 1300").replace("    - {to: 192.0.2.0/24, type: "
                + "unreachable}", "    - {to: 192.0.3.0/24, type: unreachable}") + """
                ---
                kind: RouteTable
                metadata: {name: main}
                spec:
                  adopt: true
                  routes:
                    - {to: 10.1.0.0/16, dev: eth0}
                    - {to: 10.1.0.0/16, via: 10.0.0.1, dev: eth0}
                """);
    }

    @Test
    void aPlanForPeople() {
        mixed();
        assertEquals("""
                waiting: INTENTS/edge.yaml:19:16 SourceRouting/later: device net9 is not there now

                  RouteTable/edge  (INTENTS/edge.yaml)
                      + route unreachable 192.0.3.0/24 table 110
                      ~ route 198.51.100.0/24 via 10.0.0.1 dev eth0 mtu 1300 table 110
                            mtu: 1400 -> 1300

                  RouteTable/main  (INTENTS/edge.yaml)
                    -/+ route 10.1.0.0/16 dev eth0 scope link table main    # a group of equal routes is made \
                again in order
                            protocol: boot -> plumbline
                    -/+ route 10.1.0.0/16 via 10.0.0.1 dev eth0 table main    # a group of equal routes is made \
                again in order
                            protocol: boot -> plumbline

                  In no document any more
                      - route unreachable 192.0.2.0/24 table 110

                Plan: 3 to add, 1 to change, 3 to destroy.
                """, host.plan());
    }

    @Test
    void aPlanForMachinesFollowsItsSchema() throws Exception {
        mixed();
        var schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(Files.readString(Path.of("schemas/plan.schema.json")), InputFormat.JSON);
        for (var result : List.of(host.run("plan", "--json"), host.run("plan", "--json", "--detailed-exitcode"))) {
            assertEquals(List.of(), schema.validate(result.out(), InputFormat.JSON));
            var plan = new JsonMapper().readTree(result.out());
            assertEquals("{\"add\":3,\"change\":1,\"destroy\":3}", plan.get("summary").toString());
            var namespace = plan.get("namespaces").get(0);
            assertEquals("host", namespace.get("namespace").asString());
            assertEquals("DeviceNotReady", namespace.get("notices").get(0).get("reason").asString());
            assertEquals(5, namespace.get("changes").size());
        }
        host.apply();
        assertEquals(List.of(), schema.validate(host.run("plan", "--json").out(), InputFormat.JSON));
        assertFalse(schema.validate("{\"format_version\": \"1.0\"}", InputFormat.JSON).isEmpty());
    }

    @Test
    void exitCodes() {
        assertEquals(0, host.run("plan").code());
        assertEquals(2, host.run("plan", "--detailed-exitcode").code());
        assertEquals(2, host.run("plan", "--detailed-exitcode", "--json").code());
        assertEquals(0, host.run("apply", "--auto-approve").code());
        assertEquals(0, host.run("plan", "--detailed-exitcode").code());
        assertEquals(0, host.run("apply", "--auto-approve").code());
        assertEquals(0, host.run("apply").code(), "nothing to do needs no answer");
        assertEquals(0, host.run("validate").code());
        host.intent("bad.yaml", "kind: Nothing\n");
        for (var command : List.of("validate", "plan", "apply")) {
            assertEquals(1, host.run(command).code());
        }
        assertEquals(1, host.run("plan", "--detailed-exitcode").code());
        assertEquals(64, host.execute("plan", "--what").code());
        assertEquals(64, host.execute("nonsense").code());
        assertEquals(64, host.execute().code());
    }

    @Test
    void manyChangesAreCountedUnlessAllAreAskedFor() {
        var routes = new StringBuilder("kind: RouteTable\nmetadata: {name: many}\nspec:\n  id: 120\n  routes:\n");
        for (int i = 0; i < 250; i++) {
            routes.append("    - {to: 10.7.").append(i).append(".0/24, dev: eth0}\n");
        }
        host.intent("many.yaml", routes.toString());
        var plan = host.plan();
        assertTrue(plan.contains("        … and 50 more (--full lists all)\n"), plan);
        assertEquals(250, host.plan("--full").lines().filter(line -> line.contains("+ route 10.7.")).count());
        assertTrue(host.apply().endsWith("Apply complete and verified: 254 added, 0 changed, 0 destroyed.\n"));
    }

    @Test
    void showPrintsWhatTheKernelHas() {
        host.apply();
        var yaml = host.execute("show");
        assertEquals(0, yaml.code(), yaml::toString);
        assertTrue(yaml.out().contains("198.51.100.0/24"), yaml::toString);
        var json = new JsonMapper().readTree(host.execute("show", "--json").out());
        assertEquals(3, json.get("routes").findValues("table").stream()
                .filter(table -> table.asString().equals("110")).count(), json::toString);
        var absent = host.execute("show", "--netns", "never-there");
        assertEquals(1, absent.code());
        assertEquals("plumbline: cannot open network namespace never-there: there is no such object (ENOENT)\n",
                absent.err());
    }
}
