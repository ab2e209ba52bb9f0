package org.stellwerk.runtime.io;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.TaskManagerLocation;

/**
 * The connections to other TaskExecutors, one per peer whoever dialled: if both dial at once, the
 * one with the smaller name wins, and a second one that came about nevertheless is closed again by
 * its dialler, unused. Made on demand, kept until either side ends. Thread-safe.
 */
final class Connections {

  private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

  private final Bootstrap dialler;
  private final TaskManagerLocation self;
  private final ExchangeContext context;
  private final Connection.RequestHandler requests;
  private final Map<ResourceID, CompletableFuture<Connection>> byPeer = new HashMap<>();
  private final Set<Connection> all = new HashSet<>();

  Connections(
      Bootstrap dialler,
      TaskManagerLocation self,
      ExchangeContext context,
      Connection.RequestHandler requests) {
    this.dialler = dialler;
    this.self = self;
    this.context = context;
    this.requests = requests;
  }

  /** The connection to the peer; fails with a TaskManagerLostException. */
  CompletableFuture<Connection> connect(TaskManagerLocation peer) {
    CompletableFuture<Connection> future;
    synchronized (this) {
      CompletableFuture<Connection> known = byPeer.get(peer.resourceId());
      if (known != null && isUsable(known)) {
        return known;
      }
      future = new CompletableFuture<>();
      byPeer.put(peer.resourceId(), future);
    }
    CompletableFuture<Connection> dialled = future;
    dialled.whenComplete(
        (connection, failure) -> {
          if (failure != null) {
            forget(peer.resourceId(), dialled);
          }
        });
    try {
      dial(peer, dialled);
    } catch (Throwable t) {
      // Whoever asks for the peer next must not wait for a connection that nobody makes.
      dialled.completeExceptionally(cannotConnect(peer, t));
    }
    return dialled;
  }

  private static boolean isUsable(CompletableFuture<Connection> known) {
    if (!known.isDone()) {
      return true;
    }
    return !known.isCompletedExceptionally() && known.join().isActive();
  }

  private synchronized void forget(ResourceID peer, CompletableFuture<Connection> future) {
    byPeer.remove(peer, future);
  }

  /** The server's first handler of an accepted connection. */
  Handshake answering() {
    return new Answering();
  }

  synchronized int count() {
    return all.size();
  }

  void closeAll() {
    List<Connection> open;
    synchronized (this) {
      open = new ArrayList<>(all);
    }
    open.forEach(Connection::close);
  }

  private void dial(TaskManagerLocation peer, CompletableFuture<Connection> future) {
    dialler
        .clone()
        .handler(
            new ChannelInitializer<Channel>() {
              @Override
              protected void initChannel(Channel channel) {
                channel.pipeline().addLast(new Dialling(peer, future));
              }
            })
        .connect(peer.host(), peer.dataPort())
        .addListener(
            connected -> {
              if (!connected.isSuccess()) {
                future.completeExceptionally(cannotConnect(peer, connected.cause()));
              }
            });
  }

  private static TaskManagerLostException cannotConnect(
      TaskManagerLocation peer, @Nullable Throwable cause) {
    String why = cause == null ? "" : ": " + cause.getMessage();
    return new TaskManagerLostException(
        peer.resourceId(), "Cannot connect to " + Connection.describe(peer) + why, cause);
  }

  private static TaskManagerLostException refused(TaskManagerLocation peer, String why) {
    return new TaskManagerLostException(
        peer.resourceId(), "Cannot connect to " + Connection.describe(peer) + ": " + why, null);
  }

  private Connection establish(Channel channel, TaskManagerLocation peer) {
    Connection connection = new Connection(channel, peer, context, requests);
    synchronized (this) {
      all.add(connection);
    }
    channel
        .closeFuture()
        .addListener(
            closed -> {
              synchronized (this) {
                all.remove(connection);
                byPeer.entrySet().removeIf(entry -> entry.getValue().getNow(null) == connection);
              }
            });
    LOG.debug("Data connection with {} established.", Connection.describe(peer));
    return connection;
  }

  private synchronized @Nullable CompletableFuture<Connection> pendingDial(ResourceID peer) {
    CompletableFuture<Connection> known = byPeer.get(peer);
    return known != null && !known.isDone() ? known : null;
  }

  private void accepted(Connection connection) {
    ResourceID peer = connection.peer().resourceId();
    CompletableFuture<Connection> pending = pendingDial(peer);
    if (pending != null) {
      pending.complete(connection);
      return;
    }
    synchronized (this) {
      CompletableFuture<Connection> known = byPeer.get(peer);
      if (known == null || !isUsable(known)) {
        byPeer.put(peer, CompletableFuture.completedFuture(connection));
      }
    }
  }

  /** The side that dialled. */
  private final class Dialling extends Handshake {

    private final TaskManagerLocation peer;
    private final CompletableFuture<Connection> future;

    Dialling(TaskManagerLocation peer, CompletableFuture<Connection> future) {
      super(context.config().connectTimeout());
      this.peer = peer;
      this.future = future;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      ctx.writeAndFlush(hello(ctx.channel(), self, peer.resourceId()));
    }

    @Override
    void failed(ChannelHandlerContext ctx, String why) {
      future.completeExceptionally(refused(peer, why));
    }

    @Override
    void otherVersion(ChannelHandlerContext ctx, int version) {
      failed(ctx, "it speaks version " + version + " of the data exchange's protocol");
      ctx.close();
    }

    @Override
    void received(ChannelHandlerContext ctx, ByteBuf body) {
      byte status = body.isReadable() ? body.readByte() : REFUSED;
      if (status == ACCEPTED) {
        Connection connection = establish(ctx.channel(), peer);
        upgrade(ctx, connection);
        if (!future.complete(connection)) {
          connection.close();
        }
        return;
      }
      if (status == USE_MINE) {
        ctx.executor()
            .schedule(
                () -> future.completeExceptionally(refused(peer, "it did not call back")),
                context.config().connectTimeout().toMillis(),
                TimeUnit.MILLISECONDS);
      } else {
        future.completeExceptionally(refused(peer, String.valueOf(readText(body))));
      }
      ctx.close();
    }
  }

  /** The side that was called. */
  private final class Answering extends Handshake {

    Answering() {
      super(context.config().connectTimeout());
    }

    @Override
    void failed(ChannelHandlerContext ctx, String why) {
      LOG.info(
          "Closed a connection from {} to the data port: {}.", ctx.channel().remoteAddress(), why);
    }

    @Override
    void otherVersion(ChannelHandlerContext ctx, int version) {
      failed(ctx, "it speaks version " + version + " of the data exchange's protocol");
      reply(ctx, REFUSED, "the versions of the data exchange's protocol differ");
    }

    @Override
    void received(ChannelHandlerContext ctx, ByteBuf body) {
      String name = readText(body);
      String host = readText(body);
      int port = body.readableBytes() < 4 ? 0 : body.readInt();
      String expected = readText(body);
      if (name == null || name.isBlank() || host == null || expected == null) {
        failed(ctx, "its handshake is incomplete");
        ctx.close();
        return;
      }
      if (!expected.equals(self.resourceId().value())) {
        LOG.info(
            "Refused a data connection of TaskManager {}: it looked for TaskManager {}.",
            name,
            expected);
        reply(
            ctx,
            REFUSED,
            "TaskManager " + self.resourceId() + " now listens there, not " + expected);
        return;
      }
      ResourceID peer = new ResourceID(name);
      if (pendingDial(peer) != null && self.resourceId().compareTo(peer) < 0) {
        reply(ctx, USE_MINE, "");
        return;
      }
      Connection connection = establish(ctx.channel(), new TaskManagerLocation(peer, host, port));
      ctx.writeAndFlush(answer(ctx.channel(), ACCEPTED, ""));
      upgrade(ctx, connection);
      accepted(connection);
    }

    private void reply(ChannelHandlerContext ctx, byte status, String text) {
      ctx.writeAndFlush(answer(ctx.channel(), status, text))
          .addListener(ChannelFutureListener.CLOSE);
    }
  }
}
