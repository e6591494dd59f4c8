package dev.plumbline.intent;

import java.util.List;
import java.util.Map;

/**
 * On which hosts a document holds: {@code spec.hosts}. It holds when any name matches, or when all labels do.
 *
 * @param names host names and globs ({@code *}, {@code ?}); together with no labels and no names: every host
 * @param labels the labels that the host must have (from {@code labels:} in plumbline.yaml)
 */
public record HostSelector(List<String> names, Map<String, String> labels) {

    public static final HostSelector ALL = new HostSelector(List.of(), Map.of());

    public HostSelector {
        names = List.copyOf(names);
        labels = Map.copyOf(labels);
    }

    /** Whether the document holds on the host with this name and these labels. */
    public boolean selects(String host, Map<String, String> hostLabels) {
        if (names.isEmpty() && labels.isEmpty()) {
            return true;
        }
        return names.stream().anyMatch(name -> globMatches(name, host))
                || !labels.isEmpty() && hostLabels.entrySet().containsAll(labels.entrySet());
    }

    private static boolean globMatches(String glob, String text) {
        var pattern = new StringBuilder();
        for (char c : glob.toCharArray()) {
            pattern.append(c == '*' ? ".*" : c == '?' ? "." : java.util.regex.Pattern.quote(String.valueOf(c)));
        }
        return text.matches(pattern.toString());
    }
}
