/**
 * The firewall of the intents: what a rule says, in one model for two notations, and the notation of VNS3's lines,
 * which are {@code iptables}' but for what VNS3 adds.
 */
@NullMarked
package dev.plumbline.intent.firewall;

import org.jspecify.annotations.NullMarked;
