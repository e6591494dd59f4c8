/** Links and addresses, between state and rtnetlink. */
@NullMarked
package dev.plumbline.kernel.link;

import org.jspecify.annotations.NullMarked;
