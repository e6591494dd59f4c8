package dev.plumbline.source;

import dev.plumbline.source.SignaturePolicy.AllowedSigners;
import dev.plumbline.source.SignaturePolicy.Keyring;
import dev.plumbline.source.SignaturePolicy.Mode;
import java.io.IOException;
import java.util.Optional;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevTag;
import org.eclipse.jgit.revwalk.RevWalk;

/** Holds what a ref names against a policy. */
final class SignatureCheck {

    private final SignaturePolicy policy;
    private final GitLocation location;
    private final Repository repository;

    /** @throws SourceException if the policy asks for a tag, and the location names none */
    SignatureCheck(SignaturePolicy policy, GitLocation location, Repository repository) {
        this.policy = policy;
        this.location = location;
        this.repository = repository;
        if (policy.mode() != Mode.HEAD && location.ref().filter(ref -> !ref.equals("HEAD")
                && (!ref.startsWith("refs/") || ref.startsWith("refs/tags/"))).isEmpty()) {
            throw new SourceException("a signed tag is asked for, but " + location + " names no tag: say which, or ask"
                    + " for signed commits (mode: head)");
        }
    }

    /**
     * Who signed what the policy wants to be signed.
     *
     * @param object a commit or a tag
     * @throws RefusedException if the policy is not kept
     * @throws SourceException if the keys cannot be read, or others can write them
     */
    String signer(ObjectId object) throws RefusedException, IOException {
        Trust.requireSafe("the file of those who may sign", policy.keys().file());
        try (var walk = new RevWalk(repository)) {
            var named = walk.parseAny(object);
            var commit = walk.parseCommit(object);
            return switch (policy.mode()) {
                case HEAD -> ofCommit(commit);
                case TAG -> ofTag(tag(named, commit));
                case TAG_AND_HEAD -> "tag by " + ofTag(tag(named, commit)) + ", commit by " + ofCommit(commit);
            };
        }
    }

    private RevTag tag(ObjectId named, RevCommit commit) throws RefusedException {
        var ref = location.ref().orElseThrow();
        if (!(named instanceof RevTag tag)) {
            throw untrusted(ref + " (commit " + commit.name() + ") is no annotated tag, so it carries no signature");
        }
        // Else whoever can push could put an old tag, well signed, under the name of a new one.
        if (!tag.getTagName().equals(ref.replaceFirst("^refs/tags/", ""))) {
            throw untrusted("the tag " + ref + " calls itself " + Repositories.printable(tag.getTagName())
                    + ": somebody gave it another name than its signer");
        }
        return tag;
    }

    private String ofTag(RevTag tag) throws RefusedException, IOException {
        var raw = repository.open(tag).getBytes();
        return signer("the tag " + Repositories.printable(tag.getTagName()), SignedObject.tag(raw));
    }

    private String ofCommit(RevCommit commit) throws RefusedException, IOException {
        return signer("the commit " + commit.name() + " by " + Repositories.text(commit.getAuthorIdent()),
                SignedObject.commit(commit.getRawBuffer()));
    }

    private String signer(String what, Optional<SignedObject> object) throws RefusedException, IOException {
        if (object.isEmpty()) {
            throw untrusted(what + " is not signed");
        }
        var signers = switch (policy.keys()) {
            case AllowedSigners keys -> new SshSigners(repository, keys.file());
            case Keyring keys -> new OpenPgpSigners(keys.file());
        };
        try {
            return Repositories.printable(signers.signer(object.get()));
        } catch (Signers.UntrustedException e) {
            throw untrusted(what + " " + Repositories.printable(e.getMessage()));
        }
    }

    private static RefusedException untrusted(String message) {
        return new RefusedException(Refusal.Kind.UNTRUSTED, message);
    }
}
