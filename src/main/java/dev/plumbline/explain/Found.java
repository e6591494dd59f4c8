package dev.plumbline.explain;

import dev.plumbline.compile.Examined;
import dev.plumbline.state.RouteTables;
import dev.plumbline.state.TableKey;
import java.util.function.Consumer;

/** Looks for the objects of one namespace that somebody asks about, whoever made them. */
public final class Found {

    private final Examined examined;
    private final Owners owners;

    public Found(Examined examined, Owners owners) {
        this.examined = examined;
        this.owners = owners;
    }

    /**
     * Hands over the routes that are asked for.
     *
     * @param live the tables to look into
     */
    public void routes(RouteSelection selection, RouteTables live, Consumer<Explained> consumer) {
        live.tables().forEach((_, rows) -> selection.select(rows, row -> consumer.accept(
                new Explained(examined.netns(), new Explained.OfRoute(rows.route(row)), owners.of(rows, row)))));
    }

    /** Hands over the routes that were asked for, are not there, and were moved away by a document. */
    public void moved(RouteSelection selection, RouteTables live, Consumer<Owners.Moved> consumer) {
        owners.moved().stream().filter(each -> selection.matches(each.route())).filter(each -> {
            var rows = live.rows(new TableKey(each.route().family(), each.route().table()));
            return rows.isEmpty() || rows.find(each.route().destination()) < 0;
        }).forEach(consumer);
    }

    /** Hands over the rules that are asked for. */
    public void rules(RuleSelection selection, Consumer<Explained> consumer) {
        examined.live().rules().stream().filter(selection::matches).forEach(rule -> consumer.accept(
                new Explained(examined.netns(), new Explained.OfRule(rule), owners.of(rule))));
    }

    /** Hands over the device of this name, and whose doing it is that it is in a VRF of ours. */
    public void link(String name, Consumer<Explained> consumer) {
        new Links(examined, owners).named(name, consumer);
    }

    /**
     * Hands over a sysctl.
     *
     * @param path below {@code /proc/sys}
     */
    public void sysctl(String path, String value, Consumer<Explained> consumer) {
        consumer.accept(new Explained(examined.netns(), new Explained.OfSysctl(path, value),
                owners.ofSysctl(path, value)));
    }

    /** Hands over the rule and the route that decide the way of a flow. */
    public void deciding(Decision decision, Consumer<Explained> consumer) {
        decision.rule().ifPresent(rule -> consumer.accept(new Explained(examined.netns(),
                new Explained.OfRule(rule), owners.of(rule))));
        decision.route().ifPresent(route -> consumer.accept(new Explained(examined.netns(),
                new Explained.OfRoute(route), owners.of(route,
                        decision.tables().rows(new TableKey(route.family(), route.table()))))));
    }
}
