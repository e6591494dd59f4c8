package dev.plumbline.intent;

import dev.plumbline.state.RouteRows;
import java.util.Optional;

/**
 * Routes in a table.
 *
 * @param id 1 to 4294967295 but 253 and 255; absent: allotted, and kept. A document named {@code main} is table 254
 * @param device whose own the table is: what comes in by it and carries no mark is looked up there, whether or not the
 *     device is there; absent: rules say who reads the table
 * @param manageSysctls what that needs of sysctls (forwarding) is set; false without a device
 * @param exclusive routes of others in this table are removed
 * @param adopt equal routes of others are taken over
 * @param ipv4 table 0 stands for the document's; canonical but for an empty device where the document names a gateway
 *     only
 * @param ipv6 likewise
 */
public record RouteTableSpec(Optional<Located<Long>> id, Optional<Located<String>> device, boolean manageSysctls,
        boolean exclusive, boolean adopt, boolean optional, RouteRows ipv4, RouteRows ipv6) implements Spec {

    /** A table that is no device's own. */
    public RouteTableSpec(Optional<Located<Long>> id, boolean exclusive, boolean adopt, boolean optional,
            RouteRows ipv4, RouteRows ipv6) {
        this(id, Optional.empty(), false, exclusive, adopt, optional, ipv4, ipv6);
    }
}
