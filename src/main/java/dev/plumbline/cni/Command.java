package dev.plumbline.cni;

import java.util.Optional;
import java.util.Set;

/** What {@code CNI_COMMAND} can ask for, and the variables that must then be there. */
enum Command {
    ADD(CniVersion.V0_1_0, Variable.CNI_CONTAINERID, Variable.CNI_NETNS, Variable.CNI_IFNAME),
    DEL(CniVersion.V0_1_0, Variable.CNI_CONTAINERID, Variable.CNI_IFNAME),
    CHECK(CniVersion.V0_4_0, Variable.CNI_CONTAINERID, Variable.CNI_NETNS, Variable.CNI_IFNAME),
    GC(CniVersion.V1_1_0, Variable.CNI_PATH),
    STATUS(CniVersion.V1_1_0),
    VERSION(CniVersion.V0_1_0);

    private final CniVersion since;
    private final Set<Variable> required;

    Command(CniVersion since, Variable... required) {
        this.since = since;
        this.required = Set.of(required);
    }

    static Optional<Command> of(String text) {
        for (var each : values()) {
            if (each.name().equals(text)) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    /** The first version of the specification that knows it. */
    CniVersion since() {
        return since;
    }

    boolean requires(Variable variable) {
        return required.contains(variable);
    }
}
