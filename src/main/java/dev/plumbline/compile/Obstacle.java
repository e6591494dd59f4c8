package dev.plumbline.compile;

/**
 * Why something that a document names cannot be used.
 *
 * @param reason the reason to wait, as in {@link Compilation.Waiting}; empty for an error, which no live state can heal
 * @param message what is missing, and what to do
 */
record Obstacle(String reason, String message) {

    static final String DEVICE = "DeviceNotReady";
    static final String ADDRESS = "AddressNotReady";
    static final String GATEWAY = "GatewayNotReady";
    static final String VARIABLE = "VariableNotReady";

    static Obstacle error(String message) {
        return new Obstacle("", message);
    }

    boolean isError() {
        return reason.isEmpty();
    }
}
