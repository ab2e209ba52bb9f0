package org.stellwerk.rpc.simulation;

import java.io.Serializable;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.concurrent.ScheduledExecutor;
import org.stellwerk.rpc.FencedRpcEndpoint;
import org.stellwerk.rpc.FencedRpcGateway;
import org.stellwerk.rpc.PeerListener;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.RpcGateway;
import org.stellwerk.rpc.RpcServer;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.exceptions.EndpointNotFoundException;
import org.stellwerk.rpc.exceptions.HandshakeException;
import org.stellwerk.rpc.exceptions.RpcConnectionException;
import org.stellwerk.rpc.exceptions.RpcRuntimeException;
import org.stellwerk.rpc.simulation.SimEvent.Kind;
import org.stellwerk.rpc.simulation.SimMessage.Payload;
import org.stellwerk.util.IdGenerator;

/**
 * The RPC of one simulated node. Endpoints have mailboxes, calls within the node pass by reference,
 * calls between nodes go through the codec and the {@link SimNetwork}; each step is an event of the
 * node where it happens. Addresses are {@code sim://node/name}.
 *
 * <p>The dispatcher is the one that real transports use: fencing, life cycle and error mapping are
 * not simulated but real.
 */
public final class SimRpcService implements RpcService {

  static final String SCHEME = "sim://";
  static final char DIRECT_MARK = '#';
  private static final int PORT = 6123;
  private static final long MAX_FIRST_NUMBER = 1 << 30;

  private final SimNetwork network;
  private final SimNode node;
  private final SimRandom random;
  private final SimWire wire;
  private final SimAsks asks;
  private final SimPeers peers;
  private final Map<String, SimMailbox> endpoints = new LinkedHashMap<>();
  private final Map<String, SimMailbox> byKey = new HashMap<>();
  private List<RpcEndpoint> present = List.of();
  private int nextNumber;
  private @Nullable CompletableFuture<Void> closing;
  private boolean closed;

  SimRpcService(SimNetwork network, SimNode node) {
    this.network = network;
    this.node = node;
    this.random = node.random().fork("rpc");
    this.nextNumber = 1 + (int) node.random().fork("endpoints").nextLong(MAX_FIRST_NUMBER);
    this.wire = SimWire.of(network.config());
    this.asks = new SimAsks(network, node);
    this.peers = new SimPeers(network, node, asks);
  }

  /** The process that this service belongs to. */
  public SimNode node() {
    return node;
  }

  SimNetwork network() {
    return network;
  }

  SimScheduler scheduler() {
    return network.scheduler();
  }

  SimRpcConfig config() {
    return network.config();
  }

  SimWire wire() {
    return wire;
  }

  SimAsks asks() {
    return asks;
  }

  SimPeers peers() {
    return peers;
  }

  long mailboxLatency() {
    return config().latencies().mailbox().nextNanos(random);
  }

  long processingTime() {
    return node.processing().nextNanos(random);
  }

  /** An event of this node, outside of every main thread, after the latency of a mailbox. */
  void later(Kind kind, String label, Runnable action) {
    SimAction event = new SimAction(kind, node, this, label, action);
    scheduler().schedule(event, mailboxLatency(), null);
  }

  /** Counts a call within the node, and tells the observers. */
  long passed(String what, boolean tell, String endpoint, Object message) {
    long id = network.transport().nextLocalMessage();
    if (scheduler().observers().any()) {
      network.transport().passed(id, node, what, Payload.call(tell, endpoint, message));
    }
    return id;
  }

  /** The endpoints that exist: the truth, for checks. */
  public List<RpcEndpoint> endpoints() {
    return present;
  }

  @Override
  public String getAddress() {
    return node.name();
  }

  @Override
  public int getPort() {
    return PORT;
  }

  @Override
  public String getEndpointAddress(String endpointName) {
    return SCHEME + node.name() + "/" + endpointName;
  }

  @Override
  public <C extends RpcGateway> C getSelfGateway(Class<C> selfGatewayType, RpcServer rpcServer) {
    if (!selfGatewayType.isInstance(rpcServer)) {
      throw new RpcRuntimeException(
          "Endpoint "
              + rpcServer.getAddress()
              + " does not implement "
              + selfGatewayType.getName());
    }
    return selfGatewayType.cast(rpcServer);
  }

  @Override
  public <C extends RpcEndpoint & RpcGateway> RpcServer startServer(
      C rpcEndpoint, Map<String, String> loggingContext) {
    String name = rpcEndpoint.getEndpointId();
    if (closing != null) {
      throw new RpcRuntimeException(
          "Endpoint " + name + " cannot start: the RPC service of " + node + " is closed.");
    }
    SimMailbox earlier = endpoints.get(name);
    if (earlier != null && !earlier.claim().giveUp()) {
      throw new RpcRuntimeException("There is an endpoint at " + getEndpointAddress(name));
    }
    if (earlier != null) {
      earlier.terminate();
    }
    SimMailbox mailbox = new SimMailbox(this, nextNumber++, rpcEndpoint, loggingContext);
    endpoints.put(name, mailbox);
    byKey.put(mailbox.key(), mailbox);
    present = endpoints.values().stream().map(SimMailbox::endpoint).toList();
    scheduler().observers().onEndpoint(node, name, SimObserver.EndpointEvent.STARTED);
    List<Class<?>> types = new ArrayList<>(mailbox.gateways());
    types.add(RpcServer.class);
    Supplier<Serializable> fence =
        rpcEndpoint instanceof FencedRpcEndpoint<?> fenced ? fenced::getFencingToken : null;
    return (RpcServer)
        Proxy.newProxyInstance(
            rpcEndpoint.getClass().getClassLoader(),
            types.toArray(Class<?>[]::new),
            new SimGatewayHandler(this, mailbox, fence));
  }

  void removeEndpoint(SimMailbox mailbox) {
    endpoints.remove(mailbox.name(), mailbox);
    present = endpoints.values().stream().map(SimMailbox::endpoint).toList();
  }

  @Override
  public void stopServer(RpcServer selfGateway) {
    if (Proxy.getInvocationHandler(selfGateway) instanceof SimGatewayHandler handler) {
      handler.target().terminate();
    }
  }

  @Override
  public <C extends RpcGateway> CompletableFuture<C> connect(String address, Class<C> gatewayType) {
    return new SimConnector<>(this, address, gatewayType, null).connect();
  }

  @Override
  public <F extends Serializable, C extends FencedRpcGateway<F>> CompletableFuture<C> connect(
      String address, F fencingToken, Class<C> gatewayType) {
    return new SimConnector<>(this, address, gatewayType, () -> fencingToken).connect();
  }

  /**
   * The endpoint of the name, if it is there and serves the gateway.
   *
   * @param key its name, with its number if no other of the name is meant
   */
  SimMailbox accept(String key, Class<?> gatewayType) throws RpcConnectionException {
    int mark = key.indexOf(DIRECT_MARK);
    String name = mark < 0 ? key : key.substring(0, mark);
    SimMailbox mailbox = endpoints.get(name);
    if (closed || mailbox == null || (mark >= 0 && !mailbox.key().equals(key))) {
      throw new EndpointNotFoundException(
          "Could not connect to " + getEndpointAddress(key) + ": there is no such endpoint.");
    }
    if (!gatewayType.isInstance(mailbox.endpoint())) {
      throw new HandshakeException(
          "Could not connect to "
              + getEndpointAddress(name)
              + " as "
              + gatewayType.getName()
              + ": the endpoint serves "
              + mailbox.gateways().stream().map(Class::getName).toList());
    }
    return mailbox;
  }

  /** The endpoint of the name and number, even if it has ended; null for a name alone. */
  @Nullable SimMailbox byKey(String key) {
    return byKey.get(key);
  }

  @Override
  public CompletableFuture<Boolean> answers(String endpointAddress) {
    int slash = endpointAddress.indexOf('/', SCHEME.length());
    String name = endpointAddress.substring(SCHEME.length(), slash);
    if (name.equals(node.name())) {
      return CompletableFuture.completedFuture(!closed);
    }
    SimPeer peer = peers.known(name);
    return peer == null
        ? CompletableFuture.completedFuture(false)
        : new SimKnock(this, peer.node()).send();
  }

  @Override
  public void addPeerListener(PeerListener listener) {
    peers.addListener(listener);
  }

  @Override
  public void removePeerListener(PeerListener listener) {
    peers.removeListener(listener);
  }

  @Override
  public ScheduledExecutor getScheduledExecutor() {
    return node.timers();
  }

  @Override
  public IdGenerator getIdGenerator() {
    return node.ids();
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    if (closing != null) {
      return closing;
    }
    List<CompletableFuture<Void>> terminations = new ArrayList<>();
    for (SimMailbox mailbox : List.copyOf(endpoints.values())) {
      mailbox.terminate();
      terminations.add(mailbox.getTerminationFuture());
    }
    CompletableFuture<Void> ended = FutureUtils.completeAll(terminations);
    closing =
        ended.whenComplete(
            (ignored, failure) -> {
              closed = true;
              asks.failAll("this process has closed its RPC service");
              network.closed(node);
            });
    return closing;
  }

  /** Whether the service has been closed and all its endpoints have terminated. */
  public boolean isClosed() {
    return closed;
  }
}
