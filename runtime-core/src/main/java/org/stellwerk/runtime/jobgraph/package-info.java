/** What a client submits: vertices, edges, jars. */
@NullMarked
package org.stellwerk.runtime.jobgraph;

import org.jspecify.annotations.NullMarked;
