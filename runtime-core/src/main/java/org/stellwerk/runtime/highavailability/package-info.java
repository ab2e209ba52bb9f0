/** Contracts of what outlives a process. */
@NullMarked
package org.stellwerk.runtime.highavailability;

import org.jspecify.annotations.NullMarked;
