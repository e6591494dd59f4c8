package dev.plumbline.intent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.plumbline.state.Origin;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProblemTextTest {

    @Test
    void aCaretStandsBelowTheColumn() {
        var a = Intents.file("b/a.yaml", Intents.table("{to: default, vai: 10.0.0.1, dev: a}"));
        var b = Intents.file("a/b.yaml", Intents.table("{to: 10.0.0.0/8, dev: a, mtu: 70000}"));
        var parsed = new IntentParser().parse(List.of(a, b));
        assertEquals("""
                a/b.yaml:6:37: warning: spec.routes[0].mtu: the kernel stores at most 65520; write that instead of 70000
                    6 |     - {to: 10.0.0.0/8, dev: a, mtu: 70000}
                      |                                     ^
                b/a.yaml:6:21: error: spec.routes[0].vai: unknown field `vai`; did you mean `via`?
                    6 |     - {to: default, vai: 10.0.0.1, dev: a}
                      |                     ^
                """, ProblemText.render(parsed.problems(), List.of(a, b)));
    }

    @Test
    void onlySoManyAreShown() {
        var problems = new ArrayList<Problem>();
        for (int i = 1; i <= 60; i++) {
            problems.add(Problem.error(new Origin("", "x", i, 1), "", "bad"));
        }
        problems.add(Problem.warning(new Origin("", "y", 1, 1), "", "odd"));
        Collections.reverse(problems);
        var text = ProblemText.render(problems, List.of());
        assertTrue(text.startsWith("x:1:1: error: bad\nx:2:1: error: bad\n"));
        assertTrue(text.endsWith("x:50:1: error: bad\nand 10 more errors and 1 more warning\n"));
        assertEquals("x:1:1: error: bad\nand 59 more errors and 1 more warning\n",
                ProblemText.render(problems, List.of(), 1));
    }

    @Test
    void longLinesAreCutAroundTheColumn() {
        var file = Intents.file("a", "x".repeat(200) + "!" + "y".repeat(200) + "\n");
        var lines = ProblemText.render(List.of(Problem.error(new Origin("", "a", 1, 201), "", "bad")), List.of(file))
                .split("\n");
        assertEquals(lines[1].indexOf('!'), lines[2].indexOf('^'));
        assertTrue(lines[1].length() < 130);
    }

    @Test
    void whatHasNoColumnHasNoCaret() {
        var file = Intents.file("a", "one\n\ttwo\u0007\n");
        assertEquals("a:2: error: bad\n    2 |  two?\n",
                ProblemText.render(List.of(Problem.error(new Origin("", "a", 2, 0), "", "bad")), List.of(file)));
        assertEquals("a:9:1: error: bad\n    9 | \n      | ^\n",
                ProblemText.render(List.of(Problem.error(new Origin("", "a", 9, 1), "", "bad")), List.of(file)));
    }
}
