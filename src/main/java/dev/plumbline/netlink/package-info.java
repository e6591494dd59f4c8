/**
 * The wire: netlink sockets, messages, attributes, batches, and network namespaces. Knows no plumbline type.
 *
 * <p>{@link dev.plumbline.netlink.MessageWriter} and {@link dev.plumbline.netlink.MessageReader} are the one codec.
 * A family adds a file with its header layouts and numbers, named as the kernel names them, and a
 * {@link dev.plumbline.netlink.NetlinkProtocol} that tells a socket how to name a guilty attribute.
 */
@NullMarked
package dev.plumbline.netlink;

import org.jspecify.annotations.NullMarked;
