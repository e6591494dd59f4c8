/** plumbline as a machine runs it: with a real systemd, by the units as they are shipped, and across reboots. */
@NullMarked
package dev.plumbline.boot;

import org.jspecify.annotations.NullMarked;
