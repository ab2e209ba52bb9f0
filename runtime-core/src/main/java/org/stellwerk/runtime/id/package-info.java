/**
 * Identifiers: each kind is its own type. They write out equals and hashCode, as other records that
 * are keys of large maps do: those that the JVM makes run through method handles, which before the
 * optimising compiler has seen them, or without it, take microseconds instead of nanoseconds.
 */
@NullMarked
package org.stellwerk.runtime.id;

import org.jspecify.annotations.NullMarked;
