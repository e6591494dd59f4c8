package dev.plumbline.kernel;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Debian's {@code nft} in one namespace: the independent oracle. */
public final class Nft {

    private static final JsonMapper JSON = new JsonMapper();

    private final String namespace;

    public Nft(String namespace) {
        this.namespace = namespace;
    }

    /** Runs {@code nft} with these words; fails the test if it refuses. */
    public String run(String words) {
        return Ip.execute(command(words), "");
    }

    /** Runs {@code nft -f} on a text. */
    public void load(String ruleset) {
        Ip.execute(command("-f -"), ruleset);
    }

    /** What {@code nft -j} with these words prints, without its head. */
    public JsonNode json(String words) {
        return JSON.readTree(run("-j " + words)).get("nftables");
    }

    /** The rules of a chain as nft prints them, without what their counters have counted. */
    public List<String> rules(String family, String table, String chain) {
        return run("-s list chain " + family + " " + table + " " + chain).lines().map(String::strip)
                .filter(line -> !line.isEmpty() && !line.equals("}") && !line.startsWith("table ")
                        && !line.startsWith("chain ") && !line.startsWith("type "))
                .toList();
    }

    /** The command itself. */
    public List<String> command(String words) {
        var command = new ArrayList<>(List.of("ip", "netns", "exec", namespace, "sh", "-c",
                "PATH=$PATH:/usr/sbin:/sbin exec nft \"$@\"", "nft"));
        command.addAll(List.of(words.split(" +")));
        return command;
    }
}
