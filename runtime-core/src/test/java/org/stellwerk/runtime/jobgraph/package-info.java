@NullMarked
package org.stellwerk.runtime.jobgraph;

import org.jspecify.annotations.NullMarked;
