/** The whole control plane in one thread and virtual time. */
@NullMarked
package org.stellwerk.simulation;

import org.jspecify.annotations.NullMarked;
