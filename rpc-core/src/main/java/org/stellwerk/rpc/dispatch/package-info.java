/** How a message becomes a call on an endpoint: transport-neutral. */
@NullMarked
package org.stellwerk.rpc.dispatch;

import org.jspecify.annotations.NullMarked;
