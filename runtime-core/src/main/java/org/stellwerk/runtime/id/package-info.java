/** Identifiers: each kind is its own type. */
@NullMarked
package org.stellwerk.runtime.id;

import org.jspecify.annotations.NullMarked;
