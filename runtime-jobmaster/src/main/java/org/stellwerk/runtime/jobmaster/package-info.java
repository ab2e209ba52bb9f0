/** One job's master and its connections to TaskExecutors and the ResourceManager. */
@NullMarked
package org.stellwerk.runtime.jobmaster;

import org.jspecify.annotations.NullMarked;
