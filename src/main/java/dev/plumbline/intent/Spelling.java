package dev.plumbline.intent;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** The known name that somebody probably meant. */
public final class Spelling {

    private Spelling() {
    }

    /** The nearest name, if it is near: letters case, dashes and underscores do not count, few letters may differ. */
    public static Optional<String> nearest(String text, Collection<String> known) {
        String best = null;
        int bestDistance = Integer.MAX_VALUE;
        var plain = plain(text);
        for (var name : known) {
            int distance = distance(plain, plain(name));
            if (distance < bestDistance) {
                best = name;
                bestDistance = distance;
            }
        }
        int allowed = Math.max(1, Math.min(3, plain.length() / 3));
        return best == null || bestDistance > allowed || bestDistance >= plain(best).length()
                ? Optional.empty() : Optional.of(best);
    }

    /** {@code ; did you mean `X`?} or, where nothing is near, the list of what is known. */
    public static String hint(String text, Collection<String> known) {
        return nearest(text, known).map(name -> "; did you mean `" + name + "`?")
                .orElseGet(() -> "; known here: " + String.join(", ", known));
    }

    private static String plain(String text) {
        var shortened = text.length() > 64 ? text.substring(0, 64) : text;
        return shortened.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "");
    }

    /** Letters inserted, dropped, replaced or swapped with their neighbour (optimal string alignment). */
    private static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int replaced = cost[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                cost[i][j] = Math.min(replaced, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[a.length()][b.length()];
    }
}
