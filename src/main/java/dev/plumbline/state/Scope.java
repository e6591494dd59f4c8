package dev.plumbline.state;

import java.util.Map;
import java.util.OptionalInt;

/** Route and address scopes ({@code rt_scope_t} in {@code linux/rtnetlink.h}, {@code /etc/iproute2/rt_scopes}). */
public final class Scope {
    public static final int UNIVERSE = 0;
    public static final int SITE = 200;
    public static final int LINK = 253;
    public static final int HOST = 254;
    public static final int NOWHERE = 255;

    private static final Map<String, Integer> NUMBERS =
            Map.of("global", UNIVERSE, "site", SITE, "link", LINK, "host", HOST, "nowhere", NOWHERE);

    private Scope() {
    }

    /** The scope's name as {@code ip} prints it, or its number. */
    public static String name(int scope) {
        return switch (scope) {
            case UNIVERSE -> "global";
            case SITE -> "site";
            case LINK -> "link";
            case HOST -> "host";
            case NOWHERE -> "nowhere";
            default -> Integer.toString(scope);
        };
    }

    /** The scope with this name ({@code global}, {@code site}, {@code link}, {@code host}, {@code nowhere}). */
    public static OptionalInt number(String name) {
        var number = NUMBERS.get(name);
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }
}
