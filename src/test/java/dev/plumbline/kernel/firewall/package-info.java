@NullMarked
package dev.plumbline.kernel.firewall;

import org.jspecify.annotations.NullMarked;
