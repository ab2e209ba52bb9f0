/** JMH benchmarks; benchmarks/README.md tells how to run them. */
@NullMarked
package org.stellwerk.benchmarks;

import org.jspecify.annotations.NullMarked;
