/** Executors and futures in the shapes that control code may use. */
@NullMarked
package org.stellwerk.concurrent;

import org.jspecify.annotations.NullMarked;
