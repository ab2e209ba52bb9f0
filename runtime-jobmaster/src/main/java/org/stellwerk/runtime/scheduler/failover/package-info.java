/** What a failure leads to: which tasks are started again, and when, or that the job fails. */
@NullMarked
package org.stellwerk.runtime.scheduler.failover;

import org.jspecify.annotations.NullMarked;
