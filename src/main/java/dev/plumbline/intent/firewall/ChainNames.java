package dev.plumbline.intent.firewall;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** What sub-chains may be called: as in VNS3, and nothing that is the name of something else. */
public final class ChainNames {

    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]{0,63}");
    /** The targets of lines. */
    public static final List<String> TARGETS = List.of("ACCEPT", "DROP", "REJECT", "RETURN", "LOG", "NFLOG", "COUNT",
            "DNAT", "SNAT", "MASQUERADE", "MASQUERADE-ONCE", "REDIRECT", "NOTRACK", "CT", "MARK", "CONNMARK", "TCPMSS",
            "LOOKUP", "COPY");

    private ChainNames() {
    }

    /** Why no sub-chain can have this name. */
    public static Optional<String> problem(String name) {
        if (!NAME.matcher(name).matches()) {
            return Optional.of("`" + OperandParser.shown(name) + "` is no name of a chain: it has 1 to 64 letters,"
                    + " digits, `_` and `-`, and begins with a letter or `_`");
        }
        var upper = name.toUpperCase(Locale.ROOT);
        var plain = upper.endsWith("_CUST") ? upper.substring(0, upper.length() - "_CUST".length()) : upper;
        if (plain.equals("ROUTING") || BaseChain.of(plain.toLowerCase(Locale.ROOT)).isPresent()) {
            return Optional.of("`" + name + "` is too like the name of a chain that is there anyway; tables of lines"
                    + " are written in capitals: " + plain);
        }
        return TARGETS.contains(name) ? Optional.of("`" + name + "` is an action; a sub-chain needs another name")
                : Optional.empty();
    }
}
