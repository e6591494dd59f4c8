/**
 * The firewall in nf_tables' own terms ({@code man nft}, {@code linux/netfilter/nf_tables.h}): tables, chains, rules as
 * lists of expressions in the form in which the kernel echoes them, sets, and the changes between two such states.
 */
@NullMarked
package dev.plumbline.state.firewall;

import org.jspecify.annotations.NullMarked;
