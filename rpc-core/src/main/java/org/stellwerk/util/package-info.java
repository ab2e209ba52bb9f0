/** Small types that every module uses: ids, randomness, faults, asynchronous closing. */
@NullMarked
package org.stellwerk.util;

import org.jspecify.annotations.NullMarked;
