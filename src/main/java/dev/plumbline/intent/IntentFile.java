package dev.plumbline.intent;

/**
 * A file of intents.
 *
 * @param name as problems name it
 * @param content UTF-8; not copied, and not to be changed
 */
public record IntentFile(String name, byte[] content) {
}
