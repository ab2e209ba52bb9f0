package org.stellwerk.rpc.akka;

import akka.actor.ActorCell;
import akka.actor.ActorPath;
import akka.actor.ActorRef;
import akka.actor.ActorSelection;
import akka.actor.ActorSystem;
import akka.actor.Address;
import akka.actor.ExtendedActorSystem;
import akka.actor.Props;
import java.io.Serializable;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.concurrent.ScheduledExecutor;
import org.stellwerk.rpc.FencedRpcEndpoint;
import org.stellwerk.rpc.FencedRpcGateway;
import org.stellwerk.rpc.PeerListener;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.RpcGateway;
import org.stellwerk.rpc.RpcServer;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.RpcUtils;
import org.stellwerk.rpc.akka.AkkaInvocationHandler.Recipient;
import org.stellwerk.rpc.akka.LocalServers.Hosted;
import org.stellwerk.rpc.codec.KryoRpcCodec;
import org.stellwerk.rpc.codec.RpcCodec;
import org.stellwerk.rpc.dispatch.NameClaim;
import org.stellwerk.rpc.exceptions.EndpointNotFoundException;
import org.stellwerk.rpc.exceptions.HandshakeException;
import org.stellwerk.rpc.exceptions.RecipientUnreachableException;
import org.stellwerk.rpc.exceptions.RpcConnectionException;
import org.stellwerk.rpc.exceptions.RpcRuntimeException;
import org.stellwerk.rpc.messages.ControlMessages;
import org.stellwerk.util.ExceptionUtils;
import org.stellwerk.util.IdGenerator;

/**
 * The RpcService of real processes: endpoints are actors below {@code /user/rpc}, and Artery moves
 * messages between processes. Owns its actor system, one timer thread, and the table of the calls
 * that wait for an answer. Thread-safe.
 *
 * <p>Beside the endpoints' actors there are three more: {@link SupervisorActor}, {@link
 * ReplyActor}, {@link UndeliveredActor}.
 */
public class AkkaRpcService implements RpcService {

  private static final Logger LOG = LoggerFactory.getLogger(AkkaRpcService.class);
  private static final String ROOT = "rpc";
  private static final String REPLIES = "a";
  private static final Duration START_TIMEOUT = Duration.ofSeconds(20);

  private final ActorSystem actorSystem;
  private final AkkaRpcServiceConfiguration configuration;
  private final RpcCodec codec;
  private final Address address;
  private final long incarnation = ThreadLocalRandom.current().nextLong();
  private final IdGenerator ids = IdGenerator.secure();
  private final TimerThread timers;
  private final RemoteConnector connector;
  private final PendingCalls pendingCalls;
  private final Peers peers;
  private final ActorRef supervisor;
  private final ActorCell supervisorCell;
  private final ActorRef replyActor;
  private final LargeMessages largeMessages;
  private final Map<Method, CallSite> callSites = new ConcurrentHashMap<>();
  private final LocalServers servers = new LocalServers();
  private final CompletableFuture<Void> terminated = new CompletableFuture<>();
  private final AtomicBoolean closing = new AtomicBoolean();

  /** A service with the wire types that the class path announces. It owns the actor system. */
  public AkkaRpcService(ActorSystem actorSystem, AkkaRpcServiceConfiguration configuration) {
    this(actorSystem, configuration, KryoRpcCodec.load());
  }

  AkkaRpcService(
      ActorSystem actorSystem, AkkaRpcServiceConfiguration configuration, RpcCodec codec) {
    this.actorSystem = actorSystem;
    this.configuration = configuration;
    this.codec = codec;
    this.address = ((ExtendedActorSystem) actorSystem).provider().getDefaultAddress();
    this.pendingCalls = new PendingCalls(configuration.captureAskCallStack());
    this.peers = new Peers(pendingCalls, this::peerGone);
    this.timers =
        new TimerThread(actorSystem.name() + "-rpc-timer", configuration.fatalErrorHandler());
    this.connector = new RemoteConnector(this, peers, timers);
    Renewals renewals = new Renewals(new OutboundConnections(actorSystem)::abort, System::nanoTime);
    if (address.hasGlobalScope()) {
      Lifelines lifelines =
          new Lifelines(
              actorSystem.name() + "-rpc-lifelines",
              (thread, fault) -> configuration.fatalErrorHandler().onFatalError(fault));
      peers.watchedBy(new PeerWatch(peers, connector, timers, lifelines, renewals));
    }
    CompletableFuture<ActorCell> started = new CompletableFuture<>();
    SupervisorActor.Surroundings surroundings =
        new SupervisorActor.Surroundings(
            incarnation, name -> servers.find(name).map(Hosted::actor), renewals::renewFor);
    this.supervisor =
        actorSystem.actorOf(
            Props.create(
                SupervisorActor.class,
                () ->
                    new SupervisorActor(
                        configuration.fatalErrorHandler(), codec, started, surroundings)),
            ROOT);
    this.replyActor =
        actorSystem.actorOf(
            Props.create(
                ReplyActor.class,
                () ->
                    new ReplyActor(
                        pendingCalls,
                        peers,
                        codec,
                        configuration.maximumFramesize(),
                        transfer -> largeMessages().acknowledged(transfer))),
            REPLIES);
    ActorRef replies = replyActor;
    this.largeMessages = new LargeMessages(replies, peers::at);
    ActorRef undelivered =
        actorSystem.actorOf(
            Props.create(
                UndeliveredActor.class, () -> new UndeliveredActor(pendingCalls, codec, replies)),
            "undelivered");
    LOG.debug("Undelivered messages go to {}.", undelivered);
    try {
      this.supervisorCell = started.get(START_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (Exception e) {
      actorSystem.terminate();
      throw new RpcRuntimeException("The actor system did not start", e);
    }
    every(PendingCalls.SWEEP_MS, this::sweep);
    every(Peers.CHECK_MS, peers::checkWaitedFor);
    actorSystem.getWhenTerminated().whenComplete((ignored, failure) -> systemTerminated());
  }

  /** The actor system; it ends with the service. */
  public ActorSystem getActorSystem() {
    return actorSystem;
  }

  /** The version of the wire format; both sides of a connection must have the same. */
  protected int getVersion() {
    return codec.protocolVersion();
  }

  AkkaRpcServiceConfiguration getConfiguration() {
    return configuration;
  }

  RpcCodec codec() {
    return codec;
  }

  PendingCalls pendingCalls() {
    return pendingCalls;
  }

  ActorRef replyActor() {
    return replyActor;
  }

  LargeMessages largeMessages() {
    return largeMessages;
  }

  /** What is left of transfers from and to a peer that is gone. */
  private void peerGone(Peer peer) {
    largeMessages.drop(peer);
    LargeMessages.PeerGone news = new LargeMessages.PeerGone(peer);
    replyActor.tell(news, ActorRef.noSender());
    servers.all().forEach(hosted -> hosted.actor().tell(news, ActorRef.noSender()));
  }

  private void every(long periodMs, Runnable action) {
    timers.scheduleWithFixedDelay(action, periodMs, periodMs, TimeUnit.MILLISECONDS);
  }

  private void sweep() {
    pendingCalls.sweep();
    largeMessages.sweep();
  }

  @Override
  public CompletableFuture<Boolean> answers(String endpointAddress) {
    EndpointUrl url = EndpointUrl.parse(endpointAddress);
    return url.isLocalTo(address)
        ? CompletableFuture.completedFuture(!closing.get())
        : peers.answers(url.process());
  }

  /** The actor that takes the connections of a process. */
  ActorSelection acceptorAt(String process) {
    return actorSystem.actorSelection(process + "/user/" + ROOT);
  }

  /** The actor of an endpoint in another process, by its direct address. */
  ActorRef actorAt(EndpointUrl direct) {
    return actorAt(direct.process(), ROOT + "/" + direct.actorName());
  }

  private ActorRef actorAt(String process, String name) {
    return ((ExtendedActorSystem) actorSystem)
        .provider()
        .resolveActorRef(process + "/user/" + name);
  }

  long incarnation() {
    return incarnation;
  }

  CallSite callSite(Method method) {
    CallSite known = callSites.get(method);
    return known != null ? known : callSites.computeIfAbsent(method, CallSite::of);
  }

  /** Remembers who has connections to this service. */
  void connectedFrom(ActorRef caller, long callersIncarnation) {
    peers.connected(caller.path().address().toString(), callersIncarnation);
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
  public String getAddress() {
    return address.host().isDefined() ? address.host().get() : "";
  }

  @Override
  public int getPort() {
    return address.port().isDefined() ? (Integer) address.port().get() : -1;
  }

  @Override
  public String getEndpointAddress(String endpointName) {
    return AkkaRpcServiceUtils.endpointUrl(address, endpointName);
  }

  @Override
  public ScheduledExecutor getScheduledExecutor() {
    return timers;
  }

  @Override
  public IdGenerator getIdGenerator() {
    return ids;
  }

  @Override
  public <C extends RpcGateway> C getSelfGateway(Class<C> selfGatewayType, RpcServer rpcServer) {
    if (!selfGatewayType.isInstance(rpcServer)) {
      throw new RpcRuntimeException(
          "The endpoint at "
              + rpcServer.getAddress()
              + " does not implement "
              + selfGatewayType.getName());
    }
    return selfGatewayType.cast(rpcServer);
  }

  @Override
  public <C extends RpcEndpoint & RpcGateway> RpcServer startServer(
      C rpcEndpoint, Map<String, String> loggingContext) {
    checkOpen(rpcEndpoint);
    LocalServer server =
        new LocalServer(
            rpcEndpoint,
            RpcUtils.extractImplementedRpcGateways(rpcEndpoint.getClass()),
            Map.copyOf(loggingContext),
            new CompletableFuture<>(),
            new NameClaim(rpcEndpoint.getEndpointId()));
    CompletableFuture<Void> outcome = new CompletableFuture<>();
    ActorRef actor = startActor(server, outcome);
    Hosted hosted = new Hosted(server, actor, makeServerProxy(server, actor));
    try {
      servers.add(hosted).ifPresent(earlier -> stopServer(earlier.gateway()));
    } catch (RpcRuntimeException e) {
      actorSystem.stop(actor);
      throw e;
    }
    supervisor.tell(
        new SupervisorActor.Watch(actor, () -> endpointGone(hosted, outcome)), ActorRef.noSender());
    if (closing.get()) {
      stopServer(hosted.gateway());
    }
    return hosted.gateway();
  }

  private void checkOpen(RpcEndpoint endpoint) {
    if (closing.get()) {
      throw new RpcRuntimeException(
          "Endpoint " + endpoint.getEndpointId() + " cannot be made: the RPC service is closed.");
    }
  }

  private ActorRef startActor(LocalServer server, CompletableFuture<Void> outcome) {
    Props props =
        server.endpoint() instanceof FencedRpcEndpoint<?>
            ? Props.create(
                FencedAkkaRpcActor.class, () -> new FencedAkkaRpcActor(this, server, outcome))
            : Props.create(AkkaRpcActor.class, () -> new AkkaRpcActor(this, server, outcome));
    String name = server.endpoint().getEndpointId();
    if (!ActorPath.isValidPathElement(name)) {
      throw new RpcRuntimeException(
          "'" + name + "' cannot be the name of an endpoint: it would not fit into an address.");
    }
    return supervisorCell.attachChild(props, servers.newActorName(name), false);
  }

  private void endpointGone(Hosted hosted, CompletableFuture<Void> outcome) {
    servers.remove(hosted);
    outcome.completeExceptionally(
        new RecipientUnreachableException(
            "Endpoint " + hosted.name() + " was stopped by a fault."));
    FutureUtils.forward(outcome, hosted.server().termination());
  }

  private RpcServer makeServerProxy(LocalServer server, ActorRef actor) {
    RpcEndpoint endpoint = server.endpoint();
    Recipient recipient =
        new Recipient(
            actor, getEndpointAddress(endpoint.getEndpointId()), getAddress(), null, server);
    Set<Class<?>> types = new LinkedHashSet<>(server.gateways());
    types.add(RpcServer.class);
    types.add(AkkaBasedEndpoint.class);
    AkkaInvocationHandler handler =
        endpoint instanceof FencedRpcEndpoint<?> fenced
            ? new FencedAkkaInvocationHandler<>(this, recipient, fenced::getFencingToken)
            : new AkkaInvocationHandler(this, recipient);
    return (RpcServer)
        Proxy.newProxyInstance(
            endpoint.getClass().getClassLoader(), types.toArray(Class<?>[]::new), handler);
  }

  @Override
  public void stopServer(RpcServer selfGateway) {
    ((AkkaBasedEndpoint) selfGateway)
        .getActorRef()
        .tell(ControlMessages.TERMINATE, ActorRef.noSender());
  }

  @Override
  public <C extends RpcGateway> CompletableFuture<C> connect(String address, Class<C> gatewayType) {
    return connect(address, gatewayType, recipient -> new AkkaInvocationHandler(this, recipient));
  }

  @Override
  public <F extends Serializable, C extends FencedRpcGateway<F>> CompletableFuture<C> connect(
      String address, F fencingToken, Class<C> gatewayType) {
    return connect(
        address,
        gatewayType,
        recipient -> new FencedAkkaInvocationHandler<>(this, recipient, () -> fencingToken));
  }

  private interface HandlerFactory {
    AkkaInvocationHandler make(Recipient recipient);
  }

  private <C extends RpcGateway> CompletableFuture<C> connect(
      String url, Class<C> gatewayType, HandlerFactory handlers) {
    String what = gatewayType.getSimpleName() + " at " + url;
    if (closing.get()) {
      return CompletableFuture.failedFuture(
          new RpcConnectionException("Cannot connect to " + what + ": the RPC service is closed."));
    }
    EndpointUrl target;
    try {
      target = EndpointUrl.parse(url);
    } catch (IllegalArgumentException e) {
      return CompletableFuture.failedFuture(new RpcConnectionException(e.getMessage() + "", e));
    }
    CompletableFuture<Recipient> recipient =
        target.isLocalTo(address)
            ? connectLocally(target, gatewayType, what)
            : connector.connect(target, gatewayType, what);
    return recipient.thenApply(found -> makeGateway(gatewayType, handlers.make(found)));
  }

  private static <C extends RpcGateway> C makeGateway(
      Class<C> gatewayType, AkkaInvocationHandler handler) {
    return gatewayType.cast(
        Proxy.newProxyInstance(
            gatewayType.getClassLoader(),
            new Class<?>[] {gatewayType, AkkaBasedEndpoint.class},
            handler));
  }

  private CompletableFuture<Recipient> connectLocally(
      EndpointUrl target, Class<? extends RpcGateway> gatewayType, String what) {
    Hosted found = servers.find(target.key()).orElse(null);
    if (found == null) {
      return CompletableFuture.failedFuture(
          new EndpointNotFoundException(
              "Cannot connect to " + what + ": there is no such endpoint in this process."));
    }
    if (!gatewayType.isInstance(found.gateway())) {
      return CompletableFuture.failedFuture(
          new HandshakeException(
              "Cannot connect to "
                  + what
                  + ": the endpoint serves "
                  + found.server().gateways()
                  + "."));
    }
    return CompletableFuture.completedFuture(
        new Recipient(
            found.actor(),
            found.gateway().getAddress(),
            found.gateway().getHostname(),
            null,
            found.server()));
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    if (closing.compareAndSet(false, true)) {
      List<CompletableFuture<Void>> terminations = new ArrayList<>();
      for (Hosted hosted : servers.all()) {
        terminations.add(hosted.server().termination());
        stopServer(hosted.gateway());
      }
      FutureUtils.composeAfterwards(
              FutureUtils.completeAll(terminations), Runnable::run, this::closeTransport)
          .whenComplete(
              (ignored, failure) -> {
                if (failure == null) {
                  terminated.complete(null);
                } else {
                  terminated.completeExceptionally(
                      ExceptionUtils.stripCompletionException(failure));
                }
              });
    }
    return terminated;
  }

  private CompletableFuture<Void> closeTransport() {
    TransportMessage.Goodbye goodbye = new TransportMessage.Goodbye(incarnation);
    peers.addresses().forEach(peer -> actorAt(peer, REPLIES).tell(goodbye, replyActor));
    peers.close();
    Supplier<Throwable> closed =
        () -> new RecipientUnreachableException("This process has closed its RPC service.");
    pendingCalls.close(closed);
    actorSystem.terminate();
    CompletableFuture<Void> ended = new CompletableFuture<>();
    actorSystem
        .getWhenTerminated()
        .whenComplete(
            (ignored, failure) -> {
              timers.close();
              connector.close();
              ended.complete(null);
            });
    return ended;
  }

  private void systemTerminated() {
    if (closing.compareAndSet(false, true)) {
      peers.close();
      pendingCalls.close(
          () -> new RecipientUnreachableException("The actor system has terminated."));
      configuration
          .fatalErrorHandler()
          .onFatalError(new RpcRuntimeException("The actor system has terminated by itself."));
      terminated.complete(null);
    }
  }

  /** The name under which logs know this service. */
  @Override
  public String toString() {
    return "AkkaRpcService(" + address + ")";
  }
}
