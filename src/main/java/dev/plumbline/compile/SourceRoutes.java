package dev.plumbline.compile;

import dev.plumbline.state.Ledger.TakenRoute;
import dev.plumbline.state.Route;
import java.util.ArrayList;
import java.util.List;

/**
 * The routes of a bound device that its tables are made of, one family.
 *
 * @param moving live ones in main that go into the tables and leave main
 * @param staying live ones that stay in main and are copied; cut to the device's next hops
 * @param recorded taken earlier and still taken
 * @param returning taken earlier and put back now; they are copied
 */
record SourceRoutes(List<Route> moving, List<Route> staying, List<TakenRoute> recorded, List<Route> returning) {

    static final SourceRoutes NONE = new SourceRoutes(List.of(), List.of(), List.of(), List.of());

    List<Route> all() {
        var all = new ArrayList<>(moving);
        all.addAll(staying);
        recorded.forEach(each -> all.add(each.route()));
        all.addAll(returning);
        return all;
    }
}
