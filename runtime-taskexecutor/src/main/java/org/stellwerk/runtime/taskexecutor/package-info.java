/** The TaskExecutor: slots, tasks, and its connections to the ResourceManager and JobMasters. */
@NullMarked
package org.stellwerk.runtime.taskexecutor;

import org.jspecify.annotations.NullMarked;
