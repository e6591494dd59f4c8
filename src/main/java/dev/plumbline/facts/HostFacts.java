package dev.plumbline.facts;

import dev.plumbline.history.UnfinishedApply;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What is known of one host.
 *
 * @param time when it was looked at
 * @param programVersion plumbline's
 * @param labels those that {@code hosts:} selectors see
 * @param kernel its release
 * @param bootId {@code /proc/sys/kernel/random/boot_id}
 * @param tableNames {@code rt_tables}: name → number
 * @param unfinished applies that had begun and not ended
 * @param namespaces the host's first
 * @param absent labels of namespaces that were looked for, and were not there
 * @param unread names below {@code /run/netns} that were there, and were not looked at
 */
public record HostFacts(Instant time, String programVersion, String host, Map<String, String> labels, String kernel,
        String bootId, Map<String, Long> tableNames, List<UnfinishedApply> unfinished,
        List<NamespaceFacts> namespaces, List<String> absent, List<String> unread) {

    public HostFacts {
        labels = Map.copyOf(labels);
        tableNames = Map.copyOf(tableNames);
        unfinished = List.copyOf(unfinished);
        namespaces = List.copyOf(namespaces);
        absent = List.copyOf(absent);
        unread = List.copyOf(unread);
    }
}
