package dev.plumbline.importing;

/**
 * What was not imported.
 *
 * @param text the object in the words of {@code ip}, or how many there are
 * @param reason why it is none of the intents' business
 */
public record Skipped(String text, String reason) {
}
