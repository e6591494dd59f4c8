package dev.plumbline.configuration;

import dev.plumbline.state.IpAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/** An address to listen on: {@code ADDRESS:PORT}, IPv6 in brackets. Names are not asked for. */
final class ListenAddress {

    private static final Pattern FORM = Pattern.compile("(?:\\[([^]]+)]|([^:]+)):([0-9]{1,5})");
    private static final int LAST_PORT = 65535;

    private ListenAddress() {
    }

    /** Empty if the text is none. */
    static Optional<InetSocketAddress> parse(String text) {
        var form = FORM.matcher(text);
        if (!form.matches() || Integer.parseInt(form.group(3)) > LAST_PORT || Integer.parseInt(form.group(3)) == 0) {
            return Optional.empty();
        }
        return IpAddress.parse(form.group(1) != null ? form.group(1) : form.group(2)).map(address -> {
            try {
                return new InetSocketAddress(InetAddress.getByAddress(address.bytes()),
                        Integer.parseInt(form.group(3)));
            } catch (UnknownHostException e) {
                throw new AssertionError("an address has 4 or 16 bytes", e);
            }
        });
    }
}
