package dev.plumbline.intent;

import dev.plumbline.state.Origin;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One intent document.
 *
 * @param labels {@code metadata.labels}
 * @param hosts on which hosts it holds
 * @param netns the network namespace: {@code host}, the name of one below {@code /run/netns}, or an absolute path
 * @param drift what runs that nobody watches do when it drifted, where the document says it
 * @param origin where its {@code kind} stands
 */
public record Document(String kind, String name, Map<String, String> labels, HostSelector hosts, String netns,
        Optional<DriftMode> drift, Spec spec, Origin origin) {

    private static final Pattern NAMED = Pattern.compile("(?:/var)?/run/netns/([A-Za-z0-9][A-Za-z0-9_.-]*)");

    /** The {@code netns} of documents that do not say one. */
    public static final String HOST = "host";

    public Document {
        labels = Map.copyOf(labels);
        netns = canonical(netns);
    }

    /** One name for what {@code ip netns} calls NAME, however it is written: two labels would be two desired states. */
    public static String canonical(String netns) {
        var named = NAMED.matcher(netns);
        return named.matches() && !named.group(1).equals(HOST) ? named.group(1) : netns;
    }

    /** {@code kind/name}: unique among the documents that hold for a host. */
    public String id() {
        return kind + "/" + name;
    }
}
