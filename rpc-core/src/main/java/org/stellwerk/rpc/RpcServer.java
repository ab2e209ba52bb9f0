package org.stellwerk.rpc;

import java.util.concurrent.CompletableFuture;

/** The server side of one endpoint; its proxy also implements the endpoint's gateways. */
public interface RpcServer extends StartStoppable, MainThreadExecutable, RpcGateway {

  /**
   * The address of this very endpoint, never of a later one of its name. Whose process is connected
   * to this one already connects to it without asking; that the endpoint has ended is then what the
   * first call fails with. For those whom the endpoint tells its address itself; to look it up, and
   * for people, there is {@link #getAddress()}.
   */
  String getDirectAddress();

  /** Completes once the endpoint has terminated, exceptionally if its onStart or onStop failed. */
  CompletableFuture<Void> getTerminationFuture();
}
