package dev.plumbline.configuration;

import dev.plumbline.configuration.Configuration.SourceSettings;
import dev.plumbline.intent.FieldPath;
import dev.plumbline.intent.Node;
import dev.plumbline.intent.Values;
import dev.plumbline.secret.Secret;
import dev.plumbline.source.GitAccess;
import dev.plumbline.source.GitLocation;
import dev.plumbline.source.SignaturePolicy;
import dev.plumbline.source.SourceException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code source.git}. */
record GitReader(Values values, Fields fields) {

    private static final List<String> GIT = List.of("url", "ref", "path", "timeout", "user", "token", "caFile", "sshKey",
            "knownHosts", "verify");
    private static final Map<String, SignaturePolicy.Mode> MODES = Map.of("head", SignaturePolicy.Mode.HEAD, "tag",
            SignaturePolicy.Mode.TAG, "tagAndHead", SignaturePolicy.Mode.TAG_AND_HEAD);

    /** Nothing if something is wrong with it. */
    Optional<SourceSettings.Git> git(Node node, FieldPath path) {
        var git = values.mapping(node, path, GIT);
        if (git == null) {
            return Optional.empty();
        }
        var url = values.required(git, "url", path, GIT, "url: https://git.example.com/network.git");
        var access = new GitAccess(secret(git, path, "token"), fields.text(git, path, "user", "a user name"),
                fields.path(git, path, "caFile"), secret(git, path, "sshKey"), fields.path(git, path, "knownHosts"),
                fields.time(git, path, "timeout", Duration.ofSeconds(1), Duration.ofHours(1))
                        .orElse(GitAccess.DEFAULT_TIMEOUT));
        var verify = fields.part(git, path, "verify", List.of("mode", "allowedSigners", "keyring"), this::verify)
                .flatMap(each -> each);
        return url == null ? Optional.empty() : location(git, path).map(each ->
                new SourceSettings.Git(each, access, verify));
    }

    private Optional<GitLocation> location(Node.Mapping git, FieldPath path) {
        var url = fields.text(git, path, "url", "the URL of a Git repository");
        try {
            return url.map(each -> new GitLocation(each, fields.text(git, path, "ref", "a branch or a tag"),
                    fields.text(git, path, "path", "a folder within the repository").orElse("")));
        } catch (SourceException e) {
            values.error(fields.at(git, "url"), path, e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<Secret> secret(Node.Mapping git, FieldPath path, String field) {
        var node = git.get(field);
        return node == null || node instanceof Node.Scalar scalar && scalar.isNothing() ? Optional.empty()
                : Optional.ofNullable(values.secretOnHost(node, path.field(field)));
    }

    private Optional<SignaturePolicy> verify(Node.Mapping verify, FieldPath path) {
        var mode = values.required(verify, "mode", path, List.of("mode", "allowedSigners", "keyring"), "mode: head");
        var word = mode == null ? null : values.word(mode, path.field("mode"), MODES.keySet().stream().sorted().toList());
        var signers = fields.path(verify, path, "allowedSigners");
        var keyring = fields.path(verify, path, "keyring");
        if (signers.isPresent() == keyring.isPresent()) {
            values.error(verify, path, "say who may sign: allowedSigners (a file of SSH keys) or keyring (a file of"
                    + " OpenPGP keys)" + (signers.isPresent() ? ", not both" : ""));
            return Optional.empty();
        }
        return word == null ? Optional.empty() : Optional.of(new SignaturePolicy(MODES.get(word),
                signers.<SignaturePolicy.Keys>map(SignaturePolicy.AllowedSigners::new)
                        .orElseGet(() -> new SignaturePolicy.Keyring(keyring.orElseThrow()))));
    }
}
