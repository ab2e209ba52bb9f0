package org.stellwerk.runtime.io;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.id.ExecutionAttemptID;
import org.stellwerk.runtime.id.JobID;
import org.stellwerk.runtime.messages.TaskDeploymentDescriptor;
import org.stellwerk.runtime.messages.TaskManagerLocation;
import org.stellwerk.util.AutoCloseableAsync;

/**
 * The data exchange of one TaskExecutor: the port that peers connect to, the outputs of its tasks
 * by attempt, the finished results of blocking edges, the connections, and the memory that channels
 * share. A task gets its inputs and outputs with {@link #register}. Thread-safe; two event loop
 * threads at most, none of which ever waits for a task or a disk, and two that read results.
 */
public final class DataExchange implements AutoCloseableAsync {

  private static final Logger LOG = LoggerFactory.getLogger(DataExchange.class);
  private static final int EVENT_LOOPS = 2;
  private static final int READERS = 2;
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(64 << 10, 256 << 10);

  private final DataExchangeConfig config;
  private final MemoryShares shares;
  private final OutputRegistry registry;
  private final StoredPartitions results;
  private final ProducerPlaces places = new ProducerPlaces();
  private final ThreadPoolExecutor readers = newReaders();
  private final AtomicBoolean expiryScheduled = new AtomicBoolean();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private @Nullable Running running;
  private boolean closing;

  private record Running(
      NioEventLoopGroup eventLoops,
      Channel server,
      int port,
      ExchangeContext context,
      Connections connections) {}

  public DataExchange(DataExchangeConfig config) {
    this.config = config;
    this.shares = new MemoryShares(config.networkMemory(), config.segmentSize());
    this.registry = new OutputRegistry(config.partitionRequestTimeout());
    this.results = new StoredPartitions(config.resultDirectory());
  }

  /**
   * Binds the port, and removes the results of an earlier process.
   *
   * @throws IOException if that is not possible; one line that names port and configuration key
   */
  public synchronized void start() throws IOException {
    if (running != null || closing) {
      throw new IllegalStateException("A data exchange is started once");
    }
    results.clean();
    NioEventLoopGroup eventLoops = newEventLoops();
    ExchangeContext context = new ExchangeContext(config, shares, new Flusher(eventLoops));
    PooledByteBufAllocator allocator = newAllocator();
    AcceptedChannels accepted = new AcceptedChannels();
    ChannelFuture bound =
        new ServerBootstrap()
            .group(eventLoops)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.ALLOCATOR, allocator)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.SO_KEEPALIVE, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .childHandler(accepted)
            .bind(config.bindHost(), config.bindPort())
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      eventLoops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      throw cannotBind(bound.cause());
    }
    int boundPort = ((InetSocketAddress) bound.channel().localAddress()).getPort();
    int port = config.publishedPort() != 0 ? config.publishedPort() : boundPort;
    Bootstrap dialler =
        new Bootstrap()
            .group(eventLoops)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.ALLOCATOR, allocator)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) config.connectTimeout().toMillis());
    TaskManagerLocation self = new TaskManagerLocation(config.resourceId(), config.host(), port);
    Connections connections = new Connections(dialler, self, context, new Requests());
    accepted.connections.complete(connections);
    running = new Running(eventLoops, bound.channel(), port, context, connections);
    LOG.info("The data exchange listens on {}:{}.", config.bindHost(), boundPort);
  }

  /** Started here: a thread that a task starts would hold on to the job's class loader. */
  private static NioEventLoopGroup newEventLoops() {
    NioEventLoopGroup eventLoops =
        new NioEventLoopGroup(EVENT_LOOPS, new DefaultThreadFactory("data-exchange", true));
    for (EventExecutor eventLoop : eventLoops) {
      eventLoop.execute(
          () -> Thread.currentThread().setContextClassLoader(DataExchange.class.getClassLoader()));
    }
    return eventLoops;
  }

  /** Read from disk for other TaskExecutors, so that no event loop waits for it. */
  private static ThreadPoolExecutor newReaders() {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            READERS,
            READERS,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> {
              Thread thread = new Thread(work, "result-reader");
              thread.setDaemon(true);
              thread.setContextClassLoader(DataExchange.class.getClassLoader());
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** One small arena and no thread caches: channels keep their bytes on the heap. */
  private static PooledByteBufAllocator newAllocator() {
    return new PooledByteBufAllocator(true, 0, 1, 8192, 5, 0, 0, false);
  }

  private IOException cannotBind(@Nullable Throwable cause) {
    String message =
        "Cannot listen on "
            + config.bindHost()
            + ":"
            + config.bindPort()
            + " for the data exchange (taskmanager.data.bind-port, taskmanager.data.port): "
            + (cause == null ? "unknown reason" : cause.getMessage());
    BindException failure = new BindException(message);
    failure.initCause(cause);
    return failure;
  }

  /** The port that peers are told. */
  public int dataPort() {
    return running().port();
  }

  /** Makes the inputs and outputs of a task; consumers find the outputs from here on. */
  public TaskIo register(TaskDeploymentDescriptor descriptor) {
    Running current = running();
    TaskIo io = new TaskIo(descriptor, current.context(), this);
    try {
      registry.register(io.outputs());
    } catch (VirtualMachineError e) {
      io.closeFailed("could not be registered");
      throw e;
    }
    return io;
  }

  /** How many connections to peers there are. */
  public int connections() {
    return running().connections().count();
  }

  /** How many channels to or from other TaskExecutors are open. */
  public int openRemoteChannels() {
    return shares.openSenders() + shares.openReceivers();
  }

  /** How many bytes stand in buffers of channels to or from other TaskExecutors. */
  public long bufferedBytes() {
    return shares.bufferedBytes();
  }

  /** How many consumers wait for their producer to turn up. */
  public int waitingRequests() {
    return registry.waitingRequests();
  }

  /** The attempts of the job whose finished results are here. */
  public List<ExecutionAttemptID> partitionsOf(JobID jobId) {
    return results.of(jobId);
  }

  /** Removes the finished results of the attempts, in a thread that may wait for the disk. */
  public void releasePartitions(Collection<ExecutionAttemptID> producers) {
    if (!producers.isEmpty()) {
      try {
        readers.execute(() -> results.release(producers));
      } catch (RejectedExecutionException e) {
        LOG.debug("Closed: all results are removed anyway.");
      }
    }
  }

  /** Breaks all connections, as a lost network does. */
  public void dropConnections() {
    running().connections().closeAll();
  }

  OutputRegistry registry() {
    return registry;
  }

  StoredPartitions results() {
    return results;
  }

  ProducerPlaces places() {
    return places;
  }

  boolean isSelf(TaskManagerLocation location) {
    return location.resourceId().equals(config.resourceId());
  }

  /** Asks for channels between tasks of this TaskExecutor, or for a peer. */
  void request(ChannelGroup group) {
    if (registry.request(group, System.nanoTime())) {
      scheduleExpiry();
    }
  }

  /** Asks a peer for channels; what fails is told to their gates. */
  void open(TaskManagerLocation location, List<RemoteInputs> inputs) {
    running()
        .connections()
        .connect(location)
        .whenComplete(
            (connection, failure) -> {
              if (failure == null) {
                connection.open(inputs);
              } else {
                TaskManagerLostException lost = (TaskManagerLostException) failure;
                inputs.forEach(input -> input.unreachable(lost));
              }
            });
  }

  /** Sends finished results to a peer. */
  private void serve(RemoteSenders senders) {
    try {
      readers.execute(
          () -> {
            for (int i = 0; i < senders.requests().size(); i++) {
              serve(senders, i);
            }
          });
    } catch (RejectedExecutionException e) {
      LOG.debug("Closed: {} is not served any more.", senders.requests().get(0).describe());
    }
  }

  private void serve(RemoteSenders senders, int index) {
    try {
      PartitionReader reader = results.open(senders.requests().get(index));
      RemoteSender sender = senders.feedSender(index);
      sender.attached(new StoredFeed(reader, sender, readers));
    } catch (IOException e) {
      senders.refused(
          index, new ChannelError(ChannelError.Kind.NOT_FOUND, String.valueOf(e.getMessage())));
    }
  }

  private void scheduleExpiry() {
    if (!expiryScheduled.compareAndSet(false, true)) {
      return;
    }
    long periodMs = Math.max(10, Math.min(500, config.partitionRequestTimeout().toMillis() / 4));
    try {
      running().eventLoops().schedule(this::expire, periodMs, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("Closed: requests expire no more.");
    }
  }

  private void expire() {
    expiryScheduled.set(false);
    if (registry.expire(System.nanoTime())) {
      scheduleExpiry();
    }
  }

  private synchronized Running running() {
    Running current = running;
    if (current == null) {
      throw new IllegalStateException("The data exchange was not started");
    }
    return current;
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    Running current;
    synchronized (this) {
      if (closing) {
        return closed;
      }
      closing = true;
      current = running;
    }
    if (current == null) {
      closed.complete(null);
      return closed;
    }
    current.server().close();
    current.connections().closeAll();
    current
        .eventLoops()
        .shutdownGracefully(0, 2, TimeUnit.SECONDS)
        .addListener(
            ended -> {
              readers.shutdown();
              results.clear();
              closed.complete(null);
            });
    return closed;
  }

  /** Requests that come over connections. */
  private final class Requests implements Connection.RequestHandler {
    @Override
    public void request(RemoteSenders senders) {
      if (senders.requests().stored()) {
        serve(senders);
      } else {
        DataExchange.this.request(senders);
      }
    }

    @Override
    public void withdraw(RemoteSenders senders, ConsumerEnd end) {
      registry.withdraw(senders, end);
    }
  }

  /** Sets up connections that peers make; they may come before start() has returned. */
  private static final class AcceptedChannels extends ChannelInitializer<Channel> {
    final CompletableFuture<Connections> connections = new CompletableFuture<>();

    @Override
    public boolean isSharable() {
      return true;
    }

    @Override
    protected void initChannel(Channel channel) {
      Connections ready = connections.getNow(null);
      if (ready == null) {
        channel.close();
      } else {
        channel.pipeline().addLast(ready.answering());
      }
    }
  }
}
