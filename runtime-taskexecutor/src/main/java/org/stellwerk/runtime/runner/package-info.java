/** Runs user code (driver): task threads, the jobs' class loaders, the cache of their jars. */
@NullMarked
package org.stellwerk.runtime.runner;

import org.jspecify.annotations.NullMarked;
