package dev.plumbline.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FirewallConvertTest {

    @TempDir
    private Path folder;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int convert(String content, String... more) throws IOException {
        var file = Files.writeString(folder.resolve("Edge 1.rules"), content);
        var line = Plumbline.commandLine();
        line.setOut(new PrintWriter(out));
        line.setErr(new PrintWriter(err));
        var args = new java.util.ArrayList<>(java.util.List.of("firewall", "convert", file.toString()));
        args.addAll(java.util.List.of(more));
        return line.execute(args.toArray(String[]::new));
    }

    @Test
    void allThatIsSaidIsPrinted() throws IOException {
        assertEquals(0, convert("POSTROUTING -o eth0 -j MASQUERADE\n"));
        assertTrue(out.toString().endsWith("metadata: {name: edge-1}\nspec:\n  rules:\n"
                + "    - {chain: postrouting, outInterface: eth0, action: masquerade}\n"), out::toString);
        assertEquals("", err.toString());
    }

    @Test
    void whatIsLeftOutIsListed() throws IOException {
        assertEquals(2, convert("INPUT -m time -j DROP\nINPUT -j ACCEPT\n", "--name", "x"));
        assertTrue(out.toString().contains("# left out (line 1): INPUT -m time -j DROP\n"), out::toString);
        assertTrue(err.toString().startsWith(folder + "/Edge 1.rules:1:10: warning: left out: unknown match `time`"),
                err::toString);
        assertTrue(err.toString().contains("    1 | INPUT -m time -j DROP\n      |          ^\n"), err::toString);
    }

    @Test
    void rulesThatDoNotFitTogetherAreAnError() throws IOException {
        assertEquals(1, convert("INPUT -j A\nA -j B\nB -j A\n"));
        assertEquals("", out.toString());
        assertTrue(err.toString().contains("the chain `A` leads back to itself"), err::toString);
        assertTrue(err.toString().endsWith("/Edge 1.rules: the rules do not fit together\n"), err::toString);
    }

    @Test
    void noCommandIsWrongUsage() {
        var line = Plumbline.commandLine();
        line.setErr(new PrintWriter(err));
        assertEquals(Plumbline.USAGE, line.execute("firewall"));
    }
}
