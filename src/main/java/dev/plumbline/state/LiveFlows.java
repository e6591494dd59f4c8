package dev.plumbline.state;

import java.util.List;
import java.util.Set;

/** What can be asked of a live namespace about the ways that packets take. */
public interface LiveFlows {

    /**
     * Which way a flow goes, by the kernel's own answer ({@code RTM_GETROUTE}).
     *
     * @throws java.io.UncheckedIOException if the kernel cannot be asked
     */
    FibResult lookup(Flow flow);

    /**
     * The SSH sessions into this host that are live.
     *
     * @throws java.io.UncheckedIOException if they cannot be listed
     */
    List<TcpSession> sshSessions();

    /**
     * All routes of these tables, {@code local} included if it is asked for.
     *
     * @throws java.io.UncheckedIOException if the kernel cannot be read
     */
    RouteTables routes(Set<TableKey> tables);
}
