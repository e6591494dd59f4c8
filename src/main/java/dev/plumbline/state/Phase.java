package dev.plumbline.state;

/** The order of writes: make before break. Within a phase a domain puts dependencies first. */
public enum Phase {
    /** Links that are made or changed. */
    LINKS,
    /** What routes and rules may need to be of use. */
    SYSCTLS,
    /** What nothing points at yet: routes in tables that no rule reads. */
    INERT,
    /** plumbline's nftables: one transaction. */
    FIREWALL,
    /** What opens paths: other routes. */
    NEW_ROUTES,
    /** Rules that are added or moved. */
    NEW_RULES,
    OLD_RULES,
    OLD_ROUTES,
    /** Put back when nothing needs them any more. */
    OLD_SYSCTLS,
    /** Links that nothing needs any more. */
    OLD_LINKS
}
