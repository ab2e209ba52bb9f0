/** Runs a job with as many tasks as there are slots for, and follows what comes and goes. */
@NullMarked
package org.stellwerk.runtime.scheduler.adaptive;

import org.jspecify.annotations.NullMarked;
