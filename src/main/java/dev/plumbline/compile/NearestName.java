package dev.plumbline.compile;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** The known name that a mistyped one most likely means. */
final class NearestName {

    private NearestName() {
    }

    /** {@code ; did you mean X?} if a name is near enough, else nothing. */
    static String hint(String name, Collection<String> known) {
        return of(name, known).map(near -> "; did you mean " + near + "?").orElse("");
    }

    /** The name with the fewest single-character edits, if at most a third of the longer one's characters differ. */
    static Optional<String> of(String name, Collection<String> known) {
        return known.stream()
                .filter(each -> distance(name, each) <= Math.max(1, Math.max(name.length(), each.length()) / 3))
                .min(Comparator.comparingInt((String each) -> distance(name, each)).thenComparing(each -> each));
    }

    private static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(change, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
