/** The typed failures of the RPC layer. */
@NullMarked
package org.stellwerk.rpc.exceptions;

import org.jspecify.annotations.NullMarked;
