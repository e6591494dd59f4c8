/**
 * What keeps the loop warm: when to look for input and for drift, what wakes it, how it is asked and how it tells
 * systemd. What the work is lies behind {@link dev.plumbline.agent.Work}.
 */
@NullMarked
package dev.plumbline.agent;

import org.jspecify.annotations.NullMarked;
