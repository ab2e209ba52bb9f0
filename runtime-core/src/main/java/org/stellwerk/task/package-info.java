/** What user code compiles against. */
@NullMarked
package org.stellwerk.task;

import org.jspecify.annotations.NullMarked;
