/** What belongs to no component. */
@NullMarked
package org.stellwerk.runtime;

import org.jspecify.annotations.NullMarked;
