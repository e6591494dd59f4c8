/** Tests of the CNI plugin. */
@NullMarked
package dev.plumbline.cni;

import org.jspecify.annotations.NullMarked;
