@NullMarked
package dev.plumbline.state.firewall;

import org.jspecify.annotations.NullMarked;
