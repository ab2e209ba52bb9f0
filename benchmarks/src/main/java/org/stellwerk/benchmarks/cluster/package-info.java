/**
 * Measures a real cluster from outside: processes started by the shipped scripts, asked over REST.
 * benchmarks/README.md tells how to run it.
 */
@NullMarked
package org.stellwerk.benchmarks.cluster;

import org.jspecify.annotations.NullMarked;
