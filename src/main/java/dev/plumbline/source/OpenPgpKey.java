package dev.plumbline.source;

import dev.plumbline.source.Signers.UntrustedException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.bcpg.SignatureSubpacketTags;
import org.bouncycastle.bcpg.sig.KeyFlags;
import org.bouncycastle.bcpg.sig.RevocationReason;
import org.bouncycastle.bcpg.sig.RevocationReasonTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKey;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.operator.bc.BcPGPContentVerifierBuilderProvider;

/**
 * A key that signed something, and the ring of its primary key. Only what the primary key itself signed counts: a file
 * from elsewhere may have been added to.
 */
final class OpenPgpKey {

    private static final BcPGPContentVerifierBuilderProvider VERIFIERS = new BcPGPContentVerifierBuilderProvider();
    private static final Set<Integer> KNOWN = Set.of(SignatureSubpacketTags.CREATION_TIME,
            SignatureSubpacketTags.EXPIRE_TIME, SignatureSubpacketTags.KEY_EXPIRE_TIME,
            SignatureSubpacketTags.ISSUER_KEY_ID, SignatureSubpacketTags.ISSUER_FINGERPRINT,
            SignatureSubpacketTags.KEY_FLAGS, SignatureSubpacketTags.SIGNER_USER_ID,
            SignatureSubpacketTags.EMBEDDED_SIGNATURE, SignatureSubpacketTags.REVOCATION_REASON,
            SignatureSubpacketTags.PREFERRED_HASH_ALGS, SignatureSubpacketTags.PREFERRED_SYM_ALGS,
            SignatureSubpacketTags.PREFERRED_COMP_ALGS, SignatureSubpacketTags.FEATURES,
            SignatureSubpacketTags.PRIMARY_USER_ID);
    /** Reasons to revoke a key that leave what it signed before as it is. */
    private static final Set<Byte> HARMLESS = Set.of(RevocationReasonTags.KEY_SUPERSEDED,
            RevocationReasonTags.KEY_RETIRED);

    private final PGPPublicKey primary;
    private final PGPPublicKey key;

    OpenPgpKey(PGPPublicKeyRing ring, PGPPublicKey key) {
        primary = ring.getPublicKey();
        this.key = key;
    }

    /** Whether the key made the signature over these bytes. */
    static boolean verifies(PGPPublicKey key, PGPSignature signature, byte[] payload) {
        try {
            signature.init(VERIFIERS, key);
            signature.update(payload);
            return signature.verify();
        } catch (PGPException | RuntimeException e) {
            // A key of another kind than the signature.
            return false;
        }
    }

    /** Whether it holds something that has to be understood, and is not. */
    static boolean hasUnknownCritical(PGPSignature signature) {
        for (var packet : signature.getHashedSubPackets().toArray()) {
            if (packet.isCritical() && !KNOWN.contains(packet.getType())) {
                return true;
            }
        }
        return false;
    }

    /** @throws UntrustedException if the key could not sign then */
    void requireAllowed(Instant time) throws UntrustedException {
        var self = selfSignatures();
        if (self.isEmpty()) {
            throw refused("has no user that its owner signed");
        }
        require(primary, self.getLast(), time, signatures(primary, PGPSignature.KEY_REVOCATION,
                each -> each.verifyCertification(primary)));
        var last = self.getLast();
        if (key != primary) {
            var bindings = signatures(key, PGPSignature.SUBKEY_BINDING, each -> each.verifyCertification(primary, key));
            if (bindings.isEmpty() || !isBoundBack(bindings.getLast())) {
                throw refused("is a subkey that is not bound to its primary key for signing");
            }
            last = bindings.getLast();
            require(key, last, time, signatures(key, PGPSignature.SUBKEY_REVOCATION,
                    each -> each.verifyCertification(primary, key)));
        }
        var packets = last.getHashedSubPackets();
        if (packets.hasSubpacket(SignatureSubpacketTags.KEY_FLAGS)
                && (packets.getKeyFlags() & KeyFlags.SIGN_DATA) == 0) {
            throw refused("is not for signing");
        }
    }

    private void require(PGPPublicKey each, PGPSignature binding, Instant time, List<PGPSignature> revocations)
            throws UntrustedException {
        var created = each.getCreationTime().toInstant();
        if (time.isBefore(created)) {
            throw refused("is younger than the signature");
        }
        for (var revocation : revocations) {
            if (!isHarmless(revocation) || !time.isBefore(revocation.getCreationTime().toInstant())) {
                throw refused("is revoked");
            }
        }
        long valid = binding.getHashedSubPackets().getKeyExpirationTime();
        if (valid > 0 && !time.isBefore(created.plusSeconds(valid))) {
            throw refused("had expired when it signed");
        }
    }

    private static boolean isHarmless(PGPSignature revocation) {
        return revocation.getHashedSubPackets().getSubpacket(SignatureSubpacketTags.REVOCATION_REASON)
                instanceof RevocationReason reason && HARMLESS.contains(reason.getRevocationReason());
    }

    /** A subkey that signs says itself that it belongs to the primary key: else anybody could claim it as his. */
    private boolean isBoundBack(PGPSignature binding) {
        for (var packets : List.of(binding.getHashedSubPackets(), binding.getUnhashedSubPackets())) {
            try {
                for (var back : packets.getEmbeddedSignatures()) {
                    back.init(VERIFIERS, key);
                    if (back.getSignatureType() == PGPSignature.PRIMARYKEY_BINDING
                            && back.verifyCertification(primary, key)) {
                        return true;
                    }
                }
            } catch (PGPException | RuntimeException e) {
                // Not the subkey's.
            }
        }
        return false;
    }

    /** What the primary key says of itself, the newest last. */
    private List<PGPSignature> selfSignatures() {
        var found = new ArrayList<>(signatures(primary, PGPSignature.DIRECT_KEY,
                each -> each.verifyCertification(primary)));
        users().forEach(user -> found.addAll(certifications(user)));
        found.sort(Comparator.comparing(PGPSignature::getCreationTime));
        return found;
    }

    private List<String> users() {
        var users = new ArrayList<String>();
        for (Iterator<String> each = primary.getUserIDs(); each.hasNext();) {
            users.add(each.next());
        }
        return users;
    }

    private List<PGPSignature> certifications(String user) {
        return verified(primary.getSignaturesForID(user), each -> each.isCertification()
                && each.verifyCertification(user, primary));
    }

    private List<PGPSignature> signatures(PGPPublicKey of, int type, Verification verification) {
        return verified(of.getSignaturesOfType(type), verification);
    }

    /** A look at a signature that is ready to be verified with the primary key. */
    private interface Verification {
        boolean verify(PGPSignature signature) throws PGPException;
    }

    private List<PGPSignature> verified(Iterator<PGPSignature> signatures, Verification verification) {
        var found = new ArrayList<PGPSignature>();
        while (signatures.hasNext()) {
            var each = signatures.next();
            try {
                if (each.getKeyID() == primary.getKeyID() && !hasUnknownCritical(each)) {
                    each.init(VERIFIERS, primary);
                    if (verification.verify(each)) {
                        found.add(each);
                    }
                }
            } catch (PGPException | RuntimeException e) {
                // Not the primary key's, whatever its key id says.
            }
        }
        found.sort(Comparator.comparing(PGPSignature::getCreationTime));
        return found;
    }

    private UntrustedException refused(String why) {
        return new UntrustedException("is signed with the OpenPGP key " + fingerprint(key) + ", which " + why);
    }

    private static String fingerprint(PGPPublicKey key) {
        return HexFormat.of().withUpperCase().formatHex(key.getFingerprint());
    }

    /** The first user that the primary key vouches for, and the fingerprint of that key. */
    @Override
    public String toString() {
        Optional<String> user = users().stream().filter(each -> !certifications(each).isEmpty()).findFirst();
        return user.map(name -> name + " ").orElse("") + "(" + fingerprint(primary) + ")";
    }
}
