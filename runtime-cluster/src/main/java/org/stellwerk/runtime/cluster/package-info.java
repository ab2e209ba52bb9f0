/** The components put together into processes, from injected services; no main, no driver. */
@NullMarked
package org.stellwerk.runtime.cluster;

import org.jspecify.annotations.NullMarked;
