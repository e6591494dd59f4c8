package dev.plumbline.state;

import java.util.List;

/** A network namespace of the running kernel. Holds sockets in it until closed. */
public interface LiveNamespace extends LiveFlows, AutoCloseable {

    NamespaceId id();

    /**
     * Reads a state that existed: reads again when somebody wrote meanwhile.
     *
     * @throws java.io.UncheckedIOException if the kernel cannot be read, or never held still
     */
    NamespaceState read(ReadScope scope);

    /** Whether this kernel makes VRF devices; true where it may not be asked. */
    boolean canMakeVrf();

    /** Whether a table holds any route of anybody, in either family. */
    boolean isOccupied(long table);

    /** The families of state, in no order. */
    List<Domain<?>> domains();

    @Override
    void close();
}
