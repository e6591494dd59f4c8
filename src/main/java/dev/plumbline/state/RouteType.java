package dev.plumbline.state;

import java.util.Locale;
import java.util.Optional;

/** What a route does with a packet ({@code rtm_type}, {@code linux/rtnetlink.h}). */
public enum RouteType {
    UNSPEC, UNICAST, LOCAL, BROADCAST, ANYCAST, MULTICAST, BLACKHOLE, UNREACHABLE, PROHIBIT, THROW, NAT, XRESOLVE;

    /** {@code RTN_*}. */
    public int number() {
        return ordinal();
    }

    /** Ends the lookup without a next hop: blackhole, unreachable, prohibit, throw. */
    public boolean hasNoNextHop() {
        return this == BLACKHOLE || this == UNREACHABLE || this == PROHIBIT || this == THROW;
    }

    /** {@code RTN_*} as a type; numbers that no kernel of today has are {@link #UNSPEC}. */
    public static RouteType of(int number) {
        var all = values();
        return number >= 0 && number < all.length ? all[number] : UNSPEC;
    }

    /** The type with this name, in lower case. */
    public static Optional<RouteType> named(String name) {
        for (var type : values()) {
            if (type.toString().equals(name)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /** The name that {@code ip} uses. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
