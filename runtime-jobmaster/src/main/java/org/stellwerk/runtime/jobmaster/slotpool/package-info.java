/** The slots that a job has: declared, offered, given to tasks and freed. */
@NullMarked
package org.stellwerk.runtime.jobmaster.slotpool;

import org.jspecify.annotations.NullMarked;
