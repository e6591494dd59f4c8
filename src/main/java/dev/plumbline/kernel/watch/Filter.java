package dev.plumbline.kernel.watch;

import dev.plumbline.netlink.Netlink;
import dev.plumbline.netlink.RouteMessages;
import dev.plumbline.netlink.Rtnetlink;
import dev.plumbline.netlink.RuleMessages;
import dev.plumbline.netlink.SocketFilter;
import dev.plumbline.netlink.SocketFilter.Label;
import dev.plumbline.state.Protocol;
import dev.plumbline.state.Route;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * Drops in the kernel what cannot matter, so that a routing daemon that changes a thousand routes a second costs the
 * program nothing. It sees neither in which namespace a message arose nor lists inside attributes: what it lets pass,
 * {@link Sieve} judges.
 */
final class Filter {

    /** Behind {@code struct nlmsghdr}. */
    private static final int PAYLOAD = 16;
    private static final int TYPE = 4;
    private static final int FLAGS = 6;
    private static final int AF_BRIDGE = 7;
    /** More are not told apart here: each takes two instructions, and there are three lists. */
    private static final int MOST_NUMBERS = 600;

    private final SocketFilter program = new SocketFilter();
    private final Label take = new Label();
    private final Label drop = new Label();
    private final Set<Integer> devices = new HashSet<>();
    private final Set<Integer> tables = new HashSet<>();
    private final Set<Integer> shared = new HashSet<>();

    private Filter(Collection<Interests> interests) {
        for (var each : interests) {
            devices.addAll(each.devices().keySet());
            each.tables().forEach(table -> tables.add(table.intValue()));
            each.shared().keySet().forEach(table -> shared.add(table.intValue()));
        }
    }

    static SocketFilter of(Collection<Interests> interests) {
        var filter = new Filter(interests);
        filter.build();
        return filter.program;
    }

    private void build() {
        var route = new Label();
        var rule = new Label();
        var link = new Label();
        program.loadHalf(TYPE)
                .ifEqual(Rtnetlink.RTM_NEWROUTE, route).ifEqual(Rtnetlink.RTM_DELROUTE, route)
                .ifEqual(Rtnetlink.RTM_NEWRULE, rule).ifEqual(Rtnetlink.RTM_DELRULE, rule)
                .ifEqual(Rtnetlink.RTM_NEWLINK, link).ifEqual(Rtnetlink.RTM_DELLINK, link)
                .take();
        // Those of AF_BRIDGE tell of bridge ports what no route depends on.
        program.at(link).loadByte(PAYLOAD).ifEqual(AF_BRIDGE, drop).take();
        program.at(rule).find(PAYLOAD + RuleMessages.HEADER, RuleMessages.FRA_PROTOCOL, drop).loadByteOfAttribute()
                .ifEqual(Protocol.PLUMBLINE, take).drop();
        program.at(route);
        route();
        program.at(take).take().at(drop).drop();
    }

    private void route() {
        var device = new Label();
        var inShared = new Label();
        var inMain = new Label();
        int attributes = PAYLOAD + RouteMessages.HEADER;
        program.loadByte(PAYLOAD + RouteMessages.PROTOCOL).ifEqual(Protocol.PLUMBLINE, take);
        program.find(attributes, RouteMessages.RTA_TABLE, take).loadWordOfAttribute();
        if (tables.size() > MOST_NUMBERS || shared.size() > MOST_NUMBERS) {
            program.take();
            return;
        }
        program.ifAny(tables, take);
        if (shared.contains((int) Route.TABLE_MAIN)) {
            program.ifEqual((int) Route.TABLE_MAIN, inMain);
        } else {
            program.ifEqual((int) Route.TABLE_MAIN, device);
        }
        program.ifAny(shared, inShared).drop();
        program.at(inShared).loadHalf(FLAGS).ifSet(Netlink.NLM_F_REPLACE, take).drop();
        program.at(inMain).loadHalf(FLAGS).ifSet(Netlink.NLM_F_REPLACE, take);
        program.at(device);
        device(attributes);
    }

    private void device(int attributes) {
        if (devices.isEmpty()) {
            program.drop();
            return;
        }
        var list = new Label();
        program.find(attributes, RouteMessages.RTA_OIF, list).loadWordOfAttribute();
        if (devices.size() > MOST_NUMBERS) {
            program.take();
        } else {
            program.ifAny(devices, take).drop();
        }
        var object = new Label();
        program.at(list).find(attributes, RouteMessages.RTA_MULTIPATH, object).jump(take);
        program.at(object).find(attributes, RouteMessages.RTA_NH_ID, drop).jump(take);
    }
}
