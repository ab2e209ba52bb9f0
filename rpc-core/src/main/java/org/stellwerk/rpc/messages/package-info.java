/** What is sent between a gateway's proxy and an endpoint. */
@NullMarked
package org.stellwerk.rpc.messages;

import org.jspecify.annotations.NullMarked;
