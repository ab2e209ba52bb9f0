/** Tests of the data exchange's parts. */
@NullMarked
package org.stellwerk.runtime.io;

import org.jspecify.annotations.NullMarked;
