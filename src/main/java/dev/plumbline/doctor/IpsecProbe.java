package dev.plumbline.doctor;

import static dev.plumbline.netlink.Xfrm.*;

import dev.plumbline.netlink.Errno;
import dev.plumbline.netlink.MessageWriter;
import dev.plumbline.netlink.Netlink;
import dev.plumbline.netlink.NetlinkException;
import dev.plumbline.netlink.NetlinkSocket;
import dev.plumbline.netlink.NetworkNamespace;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Whether the kernel carries ESP: security associations are made, with keys of zeros, in a throw-away namespace. */
final class IpsecProbe {

    private static final KernelOption ESP = new KernelOption("CONFIG_INET_ESP", "esp4");
    private static final int AES_BITS = 128;
    private static final int SHA_BITS = 256;
    private static final int SALT_BITS = 32;
    private static final int TAG_BITS = 128;

    private IpsecProbe() {
    }

    static List<Check> checks(NetworkNamespace namespace) {
        try (var socket = NetlinkSocket.open(namespace, PROTOCOL)) {
            var cbc = refusal(socket, 0x1001, IpsecProbe::cbc);
            var gcm = refusal(socket, 0x1002, IpsecProbe::gcm);
            var checks = new ArrayList<Check>();
            boolean noEsp = isErrno(cbc, Errno.EPROTONOSUPPORT) || isErrno(gcm, Errno.EPROTONOSUPPORT);
            checks.add(noEsp ? Check.warning(Doctor.KERNEL, "ipsec-esp", "no ESP, so IPsec connections carry nothing: "
                    + ESP.name() + " is missing", LinkProbe.lines(ESP))
                    : cbc.isPresent() && gcm.isPresent() ? Check.warning(Doctor.KERNEL, "ipsec-esp",
                            "no security association could be made: " + cbc.get().getMessage(),
                            "see the ciphers below")
                    : Check.ok(Doctor.KERNEL, "ipsec-esp", "ESP (" + ESP.name() + ")"));
            checks.add(cipher("aes-cbc", "AES-CBC with HMAC-SHA-256", cbc,
                    new KernelOption("CONFIG_CRYPTO_CBC", "cbc")));
            checks.add(cipher("aes-gcm", "AES-GCM", gcm, new KernelOption("CONFIG_CRYPTO_GCM", "gcm")));
            return checks;
        } catch (NetlinkException e) {
            var option = new KernelOption("CONFIG_XFRM_USER", "xfrm_user");
            return List.of(Check.warning(Doctor.KERNEL, "ipsec-esp", "IPsec cannot be set up: " + e.getMessage() + ": "
                    + option.name() + " is missing", LinkProbe.lines(option)));
        }
    }

    private static boolean isErrno(Optional<NetlinkException> refusal, int errno) {
        return refusal.filter(each -> each.errno() == errno).isPresent();
    }

    private static Check cipher(String name, String words, Optional<NetlinkException> refusal, KernelOption option) {
        return isErrno(refusal, Errno.ENOSYS)
                ? Check.warning(Doctor.KERNEL, "ipsec-" + name, "no " + words + " for ESP: " + option.name()
                        + " is missing", LinkProbe.lines(option))
                : Check.ok(Doctor.KERNEL, "ipsec-" + name, words + " for ESP (" + option.name() + ")");
    }

    private static Optional<NetlinkException> refusal(NetlinkSocket socket, int spi,
            Consumer<MessageWriter> algorithms) {
        try {
            socket.request(XFRM_MSG_NEWSA, Netlink.NLM_F_CREATE | Netlink.NLM_F_EXCL, writer -> {
                association(writer, spi);
                algorithms.accept(writer);
            });
            return Optional.empty();
        } catch (NetlinkException e) {
            return Optional.of(e);
        }
    }

    /** {@code struct xfrm_usersa_info}: a tunnel between two addresses of documentation, without limits. */
    private static void association(MessageWriter writer, int spi) {
        writer.bytes(new byte[SA_INFO]);
        bytesAt(writer, SA_DADDR, 192, 0, 2, 2);
        bytesAt(writer, SA_SADDR, 192, 0, 2, 1);
        bytesAt(writer, SA_SPI, 0, 0, spi >>> 8, spi);
        bytesAt(writer, SA_PROTO, IPPROTO_ESP);
        for (int i = 0; i < 4 * Long.BYTES; i++) {
            writer.u8At(SA_LIMITS + i, 0xff);
        }
        boolean little = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
        writer.u8At(little ? SA_FAMILY : SA_FAMILY + 1, 2);
        bytesAt(writer, SA_MODE, XFRM_MODE_TUNNEL);
    }

    private static void bytesAt(MessageWriter writer, int offset, int... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            writer.u8At(offset + i, bytes[i]);
        }
    }

    private static void cbc(MessageWriter writer) {
        writer.beginNest(XFRMA_ALG_CRYPT).bytes(name("cbc(aes)")).u32(AES_BITS).bytes(new byte[AES_BITS / 8]).endNest();
        writer.beginNest(XFRMA_ALG_AUTH_TRUNC).bytes(name("hmac(sha256)")).u32(SHA_BITS).u32(TAG_BITS)
                .bytes(new byte[SHA_BITS / 8]).endNest();
    }

    private static void gcm(MessageWriter writer) {
        int bits = AES_BITS + SALT_BITS;
        writer.beginNest(XFRMA_ALG_AEAD).bytes(name("rfc4106(gcm(aes))")).u32(bits).u32(TAG_BITS)
                .bytes(new byte[bits / 8]).endNest();
    }

    private static byte[] name(String algorithm) {
        return Arrays.copyOf(algorithm.getBytes(StandardCharsets.US_ASCII), ALG_NAME);
    }
}
