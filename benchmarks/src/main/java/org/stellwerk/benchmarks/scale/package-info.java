/**
 * The control plane with more TaskExecutors than one machine could run: the real components in one
 * thread, on the simulated network. benchmarks/README.md tells how to run it.
 */
@NullMarked
package org.stellwerk.benchmarks.scale;

import org.jspecify.annotations.NullMarked;
