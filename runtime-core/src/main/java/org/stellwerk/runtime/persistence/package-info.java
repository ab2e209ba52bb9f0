/** How durable state is written (drivers). */
@NullMarked
package org.stellwerk.runtime.persistence;

import org.jspecify.annotations.NullMarked;
