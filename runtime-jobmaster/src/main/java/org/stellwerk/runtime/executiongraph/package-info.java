/** A job as it runs: vertices, subtasks and their attempts, and what each state means. */
@NullMarked
package org.stellwerk.runtime.executiongraph;

import org.jspecify.annotations.NullMarked;
