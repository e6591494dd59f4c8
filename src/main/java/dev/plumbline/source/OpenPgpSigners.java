package dev.plumbline.source;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.bouncycastle.bcpg.HashAlgorithmTags;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPPublicKeyRingCollection;
import org.bouncycastle.openpgp.PGPSignature;
import org.bouncycastle.openpgp.PGPSignatureList;
import org.bouncycastle.openpgp.PGPUtil;
import org.bouncycastle.openpgp.bc.BcPGPObjectFactory;
import org.bouncycastle.openpgp.bc.BcPGPPublicKeyRingCollection;

/**
 * Who may sign with OpenPGP: the keys of a file, of which each has to be one that may sign, by RFC 9580: bound to its
 * primary key, neither revoked nor expired when it signed. Trust between keys is not looked at: who is in the file is
 * trusted, and nobody else.
 */
final class OpenPgpSigners implements Signers {

    private static final String ARMOR = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
    /** Two messages with the same hash can be made for the others. */
    private static final Set<Integer> HASHES = Set.of(HashAlgorithmTags.SHA224, HashAlgorithmTags.SHA256,
            HashAlgorithmTags.SHA384, HashAlgorithmTags.SHA512, HashAlgorithmTags.SHA3_256, HashAlgorithmTags.SHA3_512);

    private final Path file;

    OpenPgpSigners(Path file) {
        this.file = file;
    }

    @Override
    public String signer(SignedObject object) throws UntrustedException, IOException {
        if (!object.isOpenPgp()) {
            throw new UntrustedException("is signed, but not with OpenPGP");
        }
        var signature = signature(object.signature());
        var name = name(signature);
        for (var ring : rings()) {
            for (var key : ring) {
                if (key.getKeyID() == signature.getKeyID() && OpenPgpKey.verifies(key, signature, object.payload())) {
                    var signer = new OpenPgpKey(ring, key);
                    signer.requireAllowed(signature.getCreationTime().toInstant());
                    return signer.toString();
                }
            }
        }
        throw new UntrustedException("is signed with the OpenPGP key " + name + ", which is not in " + file
                + ", or the signature is wrong");
    }

    private static PGPSignature signature(byte[] armored) throws UntrustedException {
        PGPSignature signature;
        try (var in = PGPUtil.getDecoderStream(new ByteArrayInputStream(armored))) {
            if (!(new BcPGPObjectFactory(in).nextObject() instanceof PGPSignatureList list) || list.size() != 1) {
                throw new UntrustedException("has not exactly one OpenPGP signature");
            }
            signature = list.get(0);
        } catch (IOException | RuntimeException e) {
            throw new UntrustedException("has a damaged signature: " + e.getMessage());
        }
        if (signature.getVersion() < 4 || signature.getSignatureType() != PGPSignature.BINARY_DOCUMENT
                || OpenPgpKey.hasUnknownCritical(signature)) {
            throw new UntrustedException("has an OpenPGP signature of a sort that is not known here");
        }
        if (!HASHES.contains(signature.getHashAlgorithm())) {
            throw new UntrustedException("is signed over a weak hash (number " + signature.getHashAlgorithm()
                    + " of OpenPGP): sign with SHA-256 or better (gpg: digest-algo SHA256)");
        }
        long valid = signature.getHashedSubPackets().getSignatureExpirationTime();
        if (valid > 0 && signature.getCreationTime().toInstant().plusSeconds(valid).isBefore(Instant.now())) {
            throw new UntrustedException("has a signature that has expired");
        }
        return signature;
    }

    private static String name(PGPSignature signature) {
        var fingerprint = signature.getHashedSubPackets().getIssuerFingerprint();
        return fingerprint != null ? HexFormat.of().withUpperCase().formatHex(fingerprint.getFingerprint())
                : Long.toHexString(signature.getKeyID()).toUpperCase(Locale.ROOT);
    }

    /** Files that were made with {@code cat} hold several armored blocks. */
    private List<PGPPublicKeyRing> rings() throws IOException {
        var content = Files.readAllBytes(file);
        var text = new String(content, StandardCharsets.ISO_8859_1);
        var rings = new ArrayList<PGPPublicKeyRing>();
        if (!text.contains(ARMOR)) {
            read(content).forEach(rings::add);
        }
        for (int start = text.indexOf(ARMOR); start >= 0;) {
            int next = text.indexOf(ARMOR, start + 1);
            read(text.substring(start, next < 0 ? text.length() : next).getBytes(StandardCharsets.ISO_8859_1))
                    .forEach(rings::add);
            start = next;
        }
        if (rings.isEmpty()) {
            throw new SourceException(file + " holds no OpenPGP public key: gpg --export --armor KEY > " + file);
        }
        return rings;
    }

    private PGPPublicKeyRingCollection read(byte[] block) throws IOException {
        try (var in = PGPUtil.getDecoderStream(new ByteArrayInputStream(block))) {
            return new BcPGPPublicKeyRingCollection(in);
        } catch (PGPException | RuntimeException e) {
            throw new SourceException(file + " is no list of OpenPGP public keys (" + e.getMessage()
                    + "): gpg --export --armor KEY > " + file, e);
        }
    }
}
