package dev.plumbline.apply;

import dev.plumbline.state.ChangeSet;
import dev.plumbline.state.NamespaceId;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** A number for what a plan does. */
final class Fingerprint {

    private final MessageDigest digest;

    Fingerprint() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }

    /** Adds what is done in a namespace, if there is anything. */
    void add(String label, NamespaceId id, List<ChangeSet> changes) {
        if (changes.stream().allMatch(ChangeSet::isEmpty)) {
            return;
        }
        add(label + " " + id);
        changes.stream().flatMap(ChangeSet::pending).forEach(each -> add(each.change().toString()));
    }

    private void add(String text) {
        digest.update((text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** 64 hexadecimal digits; ends it. */
    String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
