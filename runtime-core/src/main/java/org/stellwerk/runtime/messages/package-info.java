/** What gateways carry: records only. */
@NullMarked
package org.stellwerk.runtime.messages;

import org.jspecify.annotations.NullMarked;
