package org.stellwerk.rpc.akka;

import java.time.Duration;
import org.slf4j.LoggerFactory;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.RpcOptions;
import org.stellwerk.util.FatalErrorHandler;

/**
 * What an AkkaRpcService needs to know.
 *
 * @param askTimeout how long a call waits where the caller names no timeout
 * @param lookupTimeout how long connecting may take
 * @param maximumFramesize the largest call or answer between processes, in bytes
 * @param captureAskCallStack whether a timeout shows its caller's stack
 * @param fatalErrorHandler where faults of endpoints and of the transport go
 */
public record AkkaRpcServiceConfiguration(
    Duration askTimeout,
    Duration lookupTimeout,
    long maximumFramesize,
    boolean captureAskCallStack,
    FatalErrorHandler fatalErrorHandler) {

  /** Defaults; faults are logged. */
  public static AkkaRpcServiceConfiguration defaultConfiguration() {
    return fromConfiguration(Configuration.empty());
  }

  /** As configured; faults are logged. */
  public static AkkaRpcServiceConfiguration fromConfiguration(Configuration configuration) {
    return new AkkaRpcServiceConfiguration(
        configuration.get(RpcOptions.ASK_TIMEOUT),
        configuration.get(RpcOptions.LOOKUP_TIMEOUT),
        configuration.get(RpcOptions.FRAMESIZE),
        configuration.get(RpcOptions.CAPTURE_ASK_CALLSTACK),
        fault ->
            LoggerFactory.getLogger(AkkaRpcService.class).error("Fault in an endpoint.", fault));
  }

  /** This with another handler of faults. */
  public AkkaRpcServiceConfiguration withFatalErrorHandler(FatalErrorHandler handler) {
    return new AkkaRpcServiceConfiguration(
        askTimeout, lookupTimeout, maximumFramesize, captureAskCallStack, handler);
  }
}
