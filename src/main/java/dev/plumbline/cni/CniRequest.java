package dev.plumbline.cni;

import java.util.Map;

/**
 * One call of a plugin, as its process sees it.
 *
 * @param environment all variables, those that begin with {@code CNI_} among them
 * @param configuration what is on standard input
 * @param calledAs the name of the executable, without its folder: the plugin's type
 */
public record CniRequest(Map<String, String> environment, byte[] configuration, String calledAs) {

    public CniRequest {
        environment = Map.copyOf(environment);
    }
}
