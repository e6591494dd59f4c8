package dev.plumbline.source;

import dev.plumbline.intent.Located;
import dev.plumbline.intent.ParsedIntents;
import dev.plumbline.intent.Problem;
import dev.plumbline.secret.Secret;
import dev.plumbline.secret.SecretAccess;
import dev.plumbline.secret.SecretException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks whether the encrypted files that documents refer to are there, and are encrypted. Needs no key. */
final class SecretReferences {

    private SecretReferences() {
    }

    /** With what is wrong among the problems. Not kept with the documents: the files are no part of their hash. */
    static SourceDocuments checked(SourceDocuments documents, SecretAccess.Files files) {
        var parsed = documents.parsed();
        var found = parsed.documents().stream()
                .flatMap(each -> problems(each.spec().secrets(), files).stream()).toList();
        if (found.isEmpty()) {
            return documents;
        }
        var problems = new ArrayList<>(parsed.problems());
        problems.addAll(found);
        return new SourceDocuments(new ParsedIntents(parsed.documents(), problems), documents.hash(),
                documents.hasFiles(), documents.files());
    }

    static List<Problem> problems(List<Located<Secret>> secrets, SecretAccess.Files files) {
        return secrets.stream().flatMap(each -> each.value() instanceof Secret.Encrypted encrypted
                ? problem(encrypted, files).map(message -> Problem.error(each.origin(), "", message)).stream()
                : Optional.<Problem>empty().stream()).toList();
    }

    private static Optional<String> problem(Secret.Encrypted secret, SecretAccess.Files files) {
        try {
            secret.requireEncrypted(files.file(secret.path()));
            return Optional.empty();
        } catch (SourceException | SecretException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
