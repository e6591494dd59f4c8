package dev.plumbline.state;

/**
 * What a network namespace is: paths and names are labels that are used again.
 *
 * @param bootId {@code /proc/sys/kernel/random/boot_id}
 * @param cookie {@code SO_NETNS_COOKIE}, never used twice within a boot
 */
public record NamespaceId(String bootId, long cookie) {
}
