package org.stellwerk.rpc.messages;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A call with the fencing token of its caller.
 *
 * @param fencingToken the leader session that the caller believes in; null if it has none
 * @param payload the call
 */
public record FencedMessage<F extends Serializable>(
    @Nullable F fencingToken, RpcInvocation payload) {}
