/** The mains: configuration, drivers and components put together into processes. */
@NullMarked
package org.stellwerk.dist;

import org.jspecify.annotations.NullMarked;
