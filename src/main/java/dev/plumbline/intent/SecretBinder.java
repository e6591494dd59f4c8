package dev.plumbline.intent;

import dev.plumbline.secret.Secret;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads where a secret lies. */
record SecretBinder(Values values) {

    private static final List<String> ON_HOST = List.of("file", "environment", "credential");
    private static final List<String> ALL = List.of("file", "environment", "credential", "repository", "key");

    @Nullable Secret secret(Node node, FieldPath path, boolean inRepository) {
        var secrets = inRepository ? SecretFields.IN_REPOSITORY : SecretFields.ON_HOST;
        if (node instanceof Node.Scalar scalar && SecretFields.isValue(scalar)) {
            // Of others the reader of the file has said so already.
            if (!SecretFields.isSecret(path)) {
                values.error(node, path, secrets.refusal());
            }
            return null;
        }
        if (!(node instanceof Node.Mapping)) {
            values.error(node, path, "expected where a secret lies; found " + node + "; say where: " + secrets.where());
            return null;
        }
        var mapping = values.mapping(node, path, inRepository ? ALL : ON_HOST);
        var forms = mapping == null ? List.<Node.Entry>of() : mapping.entries().stream()
                .filter(each -> !each.key().text().equals("key")).toList();
        if (mapping == null || forms.size() != 1) {
            values.error(node, path, "a secret lies in one place: " + secrets.where());
            return null;
        }
        var form = forms.getFirst();
        var field = form.key().text();
        var at = path.field(field);
        var text = ALL.contains(field) ? values.text(form.value(), at, what(field)) : null;
        var key = mapping.get("key");
        if (key != null && !field.equals("repository")) {
            values.error(key, path.field("key"), "goes with `repository`, for a field of a SOPS file");
            return null;
        }
        var keyText = key == null ? null : values.text(key, path.field("key"), "a field of the SOPS file");
        return text == null || key != null && keyText == null ? null : switch (field) {
            case "file" -> file(form.value(), at, text);
            case "environment" -> new Secret.Environment(text);
            case "credential" -> named(form.value(), at, text, Secret.Credential::new);
            default -> named(form.value(), at, text, each -> new Secret.Encrypted(each, Optional.ofNullable(keyText)));
        };
    }

    private static String what(String form) {
        return switch (form) {
            case "file" -> "an absolute path";
            case "environment" -> "the name of a variable";
            case "credential" -> "the name of a credential";
            default -> "the path of an encrypted file below the folder of the intents";
        };
    }

    private @Nullable Secret file(Node node, FieldPath path, String text) {
        if (!text.startsWith("/") || text.indexOf('\0') >= 0) {
            values.error(node, path, "expected an absolute path; found " + node);
            return null;
        }
        return new Secret.File(Path.of(text));
    }

    private @Nullable Secret named(Node node, FieldPath path, String text, Function<String, Secret> form) {
        try {
            return form.apply(text);
        } catch (IllegalArgumentException e) {
            values.error(node, path, String.valueOf(e.getMessage()));
            return null;
        }
    }
}
