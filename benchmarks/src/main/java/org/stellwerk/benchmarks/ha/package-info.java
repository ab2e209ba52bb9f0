/**
 * Faults of the leader and of the coordination service on real processes, and what a running job
 * notices of them. benchmarks/README.md tells how to run it.
 */
@NullMarked
package org.stellwerk.benchmarks.ha;

import org.jspecify.annotations.NullMarked;
