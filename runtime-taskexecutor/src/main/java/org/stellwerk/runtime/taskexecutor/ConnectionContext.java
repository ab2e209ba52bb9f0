package org.stellwerk.runtime.taskexecutor;

import java.util.concurrent.CompletableFuture;
import org.stellwerk.concurrent.ComponentMainThreadExecutor;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.runtime.RuntimeServices;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.TaskManagerLocation;

/** What the TaskExecutor's connections share. */
record ConnectionContext(
    RpcService rpc,
    ComponentMainThreadExecutor mainThread,
    TaskExecutorConfig config,
    RuntimeServices services,
    Identity identity) {

  /**
   * Who the TaskExecutor is to its peers.
   *
   * @param directAddress for those of them that its process is connected to already
   */
  record Identity(String address, String directAddress, TaskManagerLocation location) {}

  ResourceID resourceId() {
    return identity.location().resourceId();
  }

  /** The end of a chain in the main thread: whatever fails there is a fault. */
  void orFault(CompletableFuture<?> chain) {
    chain.whenComplete(
        (value, failure) -> {
          if (failure != null) {
            services.fatalErrorHandler().onFatalError(failure);
          }
        });
  }
}
