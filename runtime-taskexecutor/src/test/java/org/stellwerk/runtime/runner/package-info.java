/** Tests of tasks that really run: threads, class loaders, channels over loopback. */
@NullMarked
package org.stellwerk.runtime.runner;

import org.jspecify.annotations.NullMarked;
