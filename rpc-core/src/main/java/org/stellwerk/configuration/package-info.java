/** Typed configuration under Flink's keys. */
@NullMarked
package org.stellwerk.configuration;

import org.jspecify.annotations.NullMarked;
