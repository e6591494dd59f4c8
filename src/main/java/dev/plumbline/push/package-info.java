/**
 * Pushes into a repository on this host: the repository and its hooks, what a hook asks, and what is done as root on
 * its behalf. The git user that hooks run as has no rights over the network; who may push has them through this.
 */
@NullMarked
package dev.plumbline.push;

import org.jspecify.annotations.NullMarked;
