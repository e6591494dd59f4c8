package dev.plumbline.secret;

import java.io.ByteArrayInputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * A file as SOPS writes it: each value stands encrypted in its place ({@code ENC[AES256_GCM,data:…]}), and the field
 * {@code sops} has the keys and a check sum of all values, {@code mac}.
 */
public final class SopsFile {

    private static final Pattern VALUE = Pattern.compile(
            "ENC\\[AES256_GCM,data:[^,\\]]*,iv:[^,\\]]+,tag:[^,\\]]+,type:\\w+]");
    private static final List<String> NAMES = List.of(".sops.yaml", ".sops.yml", ".sops.json");

    private final Map<?, ?> root;

    private SopsFile(Map<?, ?> root) {
        this.root = root;
    }

    /** Whether a file of this name is to be one. */
    public static boolean isName(String path) {
        return NAMES.stream().anyMatch(path::endsWith);
    }

    /** Nothing if the content is something else; then a message must not show it. */
    public static Optional<SopsFile> parse(byte[] content) {
        if (content.length > SecretText.LARGEST_ENCRYPTED) {
            return Optional.empty();
        }
        try {
            var settings = LoadSettings.builder().setMaxAliasesForCollections(0).build();
            return new Load(settings).loadFromInputStream(new ByteArrayInputStream(content)) instanceof Map<?, ?> root
                    && root.get("sops") instanceof Map<?, ?> sops && isEncrypted(sops.get("mac"))
                    ? Optional.of(new SopsFile(root)) : Optional.empty();
        } catch (YamlEngineException e) {
            return Optional.empty();
        }
    }

    private static boolean isEncrypted(@Nullable Object value) {
        return value instanceof String text && VALUE.matcher(text).matches();
    }

    /** Whether no value stands in clear, as far as SOPS encrypts them: it leaves empty ones. */
    public boolean isWholeEncrypted() {
        return root.entrySet().stream().filter(each -> !"sops".equals(each.getKey()))
                .allMatch(each -> isWhole(each.getValue()));
    }

    private static boolean isWhole(@Nullable Object value) {
        return switch (value) {
            case Map<?, ?> map -> map.values().stream().allMatch(SopsFile::isWhole);
            case List<?> list -> list.stream().allMatch(SopsFile::isWhole);
            case null -> true;
            default -> "".equals(value) || isEncrypted(value);
        };
    }

    /** Whether there is such a field, and its value is encrypted. */
    boolean isEncrypted(String key) {
        Object value = root;
        for (var part : key.split("\\.")) {
            value = switch (value) {
                case Map<?, ?> map -> map.get(part);
                case List<?> list -> part.matches("[0-9]{1,6}") && Integer.parseInt(part) < list.size()
                        ? list.get(Integer.parseInt(part)) : null;
                case null, default -> null;
            };
        }
        return isEncrypted(value);
    }

    /** The field as {@code sops --extract} takes it. */
    String extraction(String key) {
        Object value = root;
        var text = new StringBuilder();
        for (var part : key.split("\\.")) {
            boolean item = value instanceof List<?>;
            text.append(item ? "[" + part + "]" : "[\"" + part + "\"]");
            value = item ? ((List<?>) value).get(Integer.parseInt(part)) : ((Map<?, ?>) value).get(part);
        }
        return text.toString();
    }
}
