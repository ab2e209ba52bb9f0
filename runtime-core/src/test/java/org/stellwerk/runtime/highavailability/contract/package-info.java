/**
 * What every implementation of the high-availability contracts must do, as test classes to derive
 * from. Packed into a test jar for the modules that hold implementations.
 */
@NullMarked
package org.stellwerk.runtime.highavailability.contract;

import org.jspecify.annotations.NullMarked;
