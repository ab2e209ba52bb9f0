package org.stellwerk.rpc;

import java.io.Serializable;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.concurrent.ScheduledExecutor;
import org.stellwerk.util.AutoCloseableAsync;
import org.stellwerk.util.IdGenerator;

/**
 * One process's RPC: hosts endpoints and connects to those of other processes. Thread-safe.
 * Implementations: Akka's Artery for real processes, the simulator's network.
 *
 * <p>Closing terminates every endpoint, waits for their onStop futures, and only then ends the
 * transport.
 */
public interface RpcService extends AutoCloseableAsync {

  /** How long {@link #answers} takes at most. */
  Duration ANSWER_LIMIT = Duration.ofSeconds(8);

  /** The host name or address under which peers reach this service; empty if it has no network. */
  String getAddress();

  /** The port of the transport; -1 if it has no network. */
  int getPort();

  /** The address that an endpoint of this service has, or would have, under the given name. */
  String getEndpointAddress(String endpointName);

  /**
   * The self gateway of an endpoint as another of its gateway interfaces.
   *
   * @throws org.stellwerk.rpc.exceptions.RpcRuntimeException if the endpoint does not implement it
   */
  <C extends RpcGateway> C getSelfGateway(Class<C> selfGatewayType, RpcServer rpcServer);

  /**
   * Connects to an endpoint that is not fenced. By its {@linkplain RpcServer#getDirectAddress()
   * direct address}, and if its process is connected already, nobody is asked: that the endpoint is
   * not there, or does not serve the gateway, fails the first call then.
   *
   * @return fails with RpcConnectionException if nobody answers at the address, with
   *     EndpointNotFoundException if the process there has no such endpoint, with
   *     HandshakeException if the endpoint does not serve the gateway or speaks another version
   */
  <C extends RpcGateway> CompletableFuture<C> connect(String address, Class<C> gatewayType);

  /**
   * Connects to a fenced endpoint, as {@link #connect(String, Class)}. A wrong token does not fail
   * the connection but each call.
   *
   * @param fencingToken the leader session that the caller believes in
   */
  <F extends Serializable, C extends FencedRpcGateway<F>> CompletableFuture<C> connect(
      String address, F fencingToken, Class<C> gatewayType);

  /**
   * Makes the server of an endpoint. Called by the endpoint's constructor; nothing is answered
   * before {@link RpcServer#start()}.
   *
   * @param loggingContext keys for the logging context of the endpoint's main thread
   */
  <C extends RpcEndpoint & RpcGateway> RpcServer startServer(
      C rpcEndpoint, Map<String, String> loggingContext);

  /** Terminates an endpoint: onStop, then its termination future. Idempotent. */
  void stopServer(RpcServer selfGateway);

  /** Tells the listener from now on when a peer process is gone. */
  void addPeerListener(PeerListener listener);

  /** Tells the listener no more; one that is not there is ignored. */
  void removePeerListener(PeerListener listener);

  /**
   * Whether the process of an endpoint answers, and is the one that gateways to it belong to. Mends
   * the connections to it if nothing gets through on them any more, as after a partition. Says
   * nothing about the endpoint.
   *
   * @return true as soon as the process answers; false if it is not connected, or does not answer
   *     within {@link #ANSWER_LIMIT}, or on a fresh connection within a third of it; does not fail
   */
  CompletableFuture<Boolean> answers(String endpointAddress);

  /** Timers. Callbacks run on a thread of the service, never in an endpoint's main thread. */
  ScheduledExecutor getScheduledExecutor();

  /** Where the suffixes of generated endpoint names come from. */
  IdGenerator getIdGenerator();
}
