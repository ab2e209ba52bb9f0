/** Decides when and where the tasks of a job are deployed, and what a failure leads to. */
@NullMarked
package org.stellwerk.runtime.scheduler;

import org.jspecify.annotations.NullMarked;
