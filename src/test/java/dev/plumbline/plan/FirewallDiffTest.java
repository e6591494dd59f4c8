package dev.plumbline.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.plumbline.state.firewall.FirewallEdits.RuleEdit;
import dev.plumbline.state.firewall.Rule;
import dev.plumbline.state.firewall.RuleKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Edits of rules: they lead where they are to lead, and there is no shorter way. */
class FirewallDiffTest {

    @Property(tries = 3000)
    void whatStaysIsALongestCommonSubsequence(@ForAll @Size(max = 30) List<@IntRange(max = 12) Integer> before,
            @ForAll @Size(max = 30) List<@IntRange(max = 12) Integer> after) {
        int[] kept = EditScript.kept(before, after);
        int last = -1;
        for (int i = 0; i < kept.length; i++) {
            if (kept[i] >= 0) {
                assertEquals(before.get(kept[i]), after.get(i));
                assertEquals(true, kept[i] > last);
                last = kept[i];
            }
        }
        assertEquals(longest(before, after), Arrays.stream(kept).filter(place -> place >= 0).count());
    }

    private static int longest(List<Integer> one, List<Integer> two) {
        int[][] length = new int[one.size() + 1][two.size() + 1];
        for (int i = 1; i <= one.size(); i++) {
            for (int j = 1; j <= two.size(); j++) {
                length[i][j] = one.get(i - 1).equals(two.get(j - 1)) ? length[i - 1][j - 1] + 1
                        : Math.max(length[i - 1][j], length[i][j - 1]);
            }
        }
        return length[one.size()][two.size()];
    }

    @Property(tries = 3000)
    void editsLeadToTheList(@ForAll @Size(max = 20) List<@IntRange(max = 15) Integer> before,
            @ForAll @Size(max = 20) List<@IntRange(max = 15) Integer> after) {
        var from = rules(before);
        var to = rules(after);

        assertEquals(to, carriedOut(from, to, FirewallDiff.rules(from, to, Set.of())));
    }

    /** As the kernel does it: a rule goes before one that stays, at the end, or in the place of another. */
    private static List<Rule> carriedOut(List<Rule> before, List<Rule> after, List<RuleEdit> edits) {
        record Slot(Rule rule, int place) {
        }
        var list = new ArrayList<Slot>();
        for (int i = 0; i < before.size(); i++) {
            list.add(new Slot(before.get(i), i));
        }
        for (var edit : edits) {
            switch (edit) {
                case RuleEdit.Delete it -> list.removeIf(slot -> slot.place() == it.before());
                case RuleEdit.Replace it -> list.replaceAll(slot -> slot.place() == it.before()
                        ? new Slot(after.get(it.after()), -1) : slot);
                case RuleEdit.Insert it -> {
                    int at = list.size();
                    for (int i = 0; it.before() >= 0 && i < list.size(); i++) {
                        at = list.get(i).place() == it.before() ? i : at;
                    }
                    list.add(at, new Slot(after.get(it.after()), -1));
                }
            }
        }
        return list.stream().map(Slot::rule).toList();
    }

    @Test
    void oneThatIsAnotherIsOneReplacement() {
        var before = rules(List.of(1, 2, 3, 4));
        var after = rules(List.of(1, 9, 3, 4));
        assertEquals(List.of(new RuleEdit.Replace(1, 1, -1, false)), FirewallDiff.rules(before, after, Set.of()));
    }

    private static List<Rule> rules(List<Integer> numbers) {
        return numbers.stream().map(number -> new Rule(Optional.of(new RuleKey(number)), "", List.of())).toList();
    }
}
