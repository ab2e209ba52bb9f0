/** Tests of the TaskExecutor, in virtual time. */
@NullMarked
package org.stellwerk.runtime.taskexecutor;

import org.jspecify.annotations.NullMarked;
