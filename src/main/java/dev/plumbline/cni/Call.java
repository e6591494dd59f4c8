package dev.plumbline.cni;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The environment of a call, checked.
 *
 * @param container empty where the command needs none
 * @param netns the namespace's path
 * @param device the interface's name; empty where the command needs none
 * @param arguments what {@code CNI_ARGS} says of the container, as far as it is known: what else is there may be secret
 */
record Call(Command command, String container, Optional<String> netns, String device, Map<String, String> arguments) {

    /** What Kubernetes' runtimes and nerdctl say of a container. */
    private static final List<String> KNOWN_ARGUMENTS = List.of("K8S_POD_NAMESPACE", "K8S_POD_NAME", "K8S_POD_UID",
            "K8S_POD_INFRA_CONTAINER_ID", "IP", "MAC");

    Call {
        arguments = Map.copyOf(arguments);
    }

    /**
     * Reads it.
     *
     * @throws CniException if a variable is missing or wrong
     */
    static Call of(Command command, Map<String, String> environment) {
        var values = new EnumMap<Variable, String>(Variable.class);
        var missing = new ArrayList<String>();
        for (var variable : Variable.values()) {
            var value = environment.getOrDefault(variable.name(), "");
            values.put(variable, value);
            if (!command.requires(variable)) {
                continue;
            }
            if (value.isEmpty()) {
                missing.add(variable.name());
            } else {
                variable.check(value);
            }
        }
        if (!missing.isEmpty()) {
            throw new CniException(CniException.INVALID_ENVIRONMENT, "required env variables ["
                    + String.join(",", missing) + "] missing");
        }
        return new Call(command, values.get(Variable.CNI_CONTAINERID),
                Optional.of(values.get(Variable.CNI_NETNS)).filter(each -> !each.isEmpty()),
                values.get(Variable.CNI_IFNAME), arguments(environment.getOrDefault("CNI_ARGS", "")));
    }

    private static Map<String, String> arguments(String text) {
        var arguments = new TreeMap<String, String>();
        Arrays.stream(text.split(";")).map(each -> each.split("=", 2))
                .filter(each -> each.length == 2 && KNOWN_ARGUMENTS.contains(each[0]))
                .forEach(each -> arguments.put(each[0], each[1]));
        return arguments;
    }

    /** For the log and the history. */
    @Override
    public String toString() {
        return "CNI " + command + (container.isEmpty() ? "" : " " + container + "/" + device);
    }
}
