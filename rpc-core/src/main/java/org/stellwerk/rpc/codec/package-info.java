/** What crosses a process boundary, and how. */
@NullMarked
package org.stellwerk.rpc.codec;

import org.jspecify.annotations.NullMarked;
