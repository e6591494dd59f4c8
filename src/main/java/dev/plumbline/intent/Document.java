package dev.plumbline.intent;

import dev.plumbline.state.Origin;
import java.util.List;
import java.util.Map;

/**
 * One intent document.
 *
 * @param labels {@code metadata.labels}
 * @param hosts on which hosts it holds
 * @param netns the network namespace: {@code host}, the name of one below {@code /run/netns}, or an absolute path
 * @param origin where its {@code kind} stands
 */
public record Document(String kind, String name, Map<String, String> labels, HostSelector hosts, String netns,
        Spec spec, Origin origin) {

    private static final List<String> NAMED = List.of("/run/netns/", "/var/run/netns/");

    /** The {@code netns} of documents that do not say one. */
    public static final String HOST = "host";

    public Document {
        labels = Map.copyOf(labels);
        netns = canonical(netns);
    }

    /** One name for what {@code ip netns} calls NAME, however it is written: two labels would be two desired states. */
    private static String canonical(String netns) {
        for (var directory : NAMED) {
            if (netns.startsWith(directory) && netns.indexOf('/', directory.length()) < 0) {
                return netns.substring(directory.length());
            }
        }
        return netns;
    }

    /** {@code kind/name}: unique among the documents that hold for a host. */
    public String id() {
        return kind + "/" + name;
    }
}
