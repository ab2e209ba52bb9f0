/** Rejections: the caller's problem, typed, sent over the wire with type and message. */
@NullMarked
package org.stellwerk.runtime.messages.exceptions;

import org.jspecify.annotations.NullMarked;
