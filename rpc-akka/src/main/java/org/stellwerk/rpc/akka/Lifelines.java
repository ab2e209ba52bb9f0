package org.stellwerk.rpc.akka;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * TCP connections on which nothing is ever said: their ends are what is listened for. One daemon
 * thread for all of them, made with the first; it sleeps while nothing happens. Thread-safe;
 * holders are called by that thread and must not block.
 */
final class Lifelines {

  /**
   * An attempt that fails sooner was refused. Only later ones can have timed out: the kernel needs
   * three seconds at the least. The exception alone does not tell, and its text is in the user's
   * language.
   */
  private static final long REFUSED_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final String name;
  private final Thread.UncaughtExceptionHandler faults;
  private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
  private final ByteBuffer ignored = ByteBuffer.allocateDirect(1024);
  private @Nullable Selector selector;
  private boolean closed;

  /** Who wants to know. */
  interface Holder {

    void established();

    /** The host is there, and nobody listens. */
    void refused();

    /** The connection has ended, or could not be made for another reason than a refusal. */
    void lost(String why);
  }

  Lifelines(String name, Thread.UncaughtExceptionHandler faults) {
    this.name = name;
    this.faults = faults;
  }

  /** Begins to connect; the holder hears how it went. Nothing happens after the end. */
  Link open(InetSocketAddress address, Holder holder) {
    Link link = new Link(address, holder);
    submit(link::connect);
    return link;
  }

  private synchronized void submit(Runnable command) {
    if (closed) {
      return;
    }
    commands.add(command);
    Selector current = selector;
    if (current != null) {
      current.wakeup();
      return;
    }
    try {
      Selector made = Selector.open();
      selector = made;
      Thread thread = new Thread(() -> run(made), name);
      thread.setDaemon(true);
      thread.setUncaughtExceptionHandler(faults);
      thread.start();
    } catch (IOException e) {
      faults.uncaughtException(Thread.currentThread(), e);
    }
  }

  /** Ends all connections; no holder hears of it. */
  synchronized void close() {
    closed = true;
    if (selector != null) {
      selector.wakeup();
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private void run(Selector events) {
    try (events) {
      while (!isClosed()) {
        for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
          command.run();
        }
        events.select();
        Iterator<SelectionKey> ready = events.selectedKeys().iterator();
        while (ready.hasNext()) {
          SelectionKey key = ready.next();
          ready.remove();
          ((Link) key.attachment()).ready();
        }
      }
      for (SelectionKey key : events.keys()) {
        key.channel().close();
      }
    } catch (IOException e) {
      faults.uncaughtException(Thread.currentThread(), e);
    }
  }

  /** One connection, or the attempt at one. */
  final class Link {

    private final InetSocketAddress address;
    private final Holder holder;
    private final long startNanos = System.nanoTime();
    private @Nullable SocketChannel channel;
    private boolean ended;

    private Link(InetSocketAddress address, Holder holder) {
      this.address = address;
      this.holder = holder;
    }

    /** Ends the connection; the holder does not hear of it. */
    void close() {
      submit(this::end);
    }

    private void connect() {
      if (ended) {
        return;
      }
      try {
        SocketChannel made = SocketChannel.open();
        channel = made;
        made.configureBlocking(false);
        made.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        Selector events = selectorOfThread();
        if (made.connect(address)) {
          made.register(events, SelectionKey.OP_READ, this);
          established(made);
        } else {
          made.register(events, SelectionKey.OP_CONNECT, this);
        }
      } catch (IOException e) {
        failed(e);
      }
    }

    private Selector selectorOfThread() throws IOException {
      synchronized (Lifelines.this) {
        if (selector == null) {
          throw new IOException("closed");
        }
        return selector;
      }
    }

    private void ready() {
      SocketChannel open = channel;
      if (ended || open == null) {
        return;
      }
      try {
        if (open.isConnectionPending()) {
          open.finishConnect();
          open.register(selectorOfThread(), SelectionKey.OP_READ, this);
          established(open);
          return;
        }
        ignored.clear();
        if (open.read(ignored) < 0) {
          end();
          holder.lost("it was closed");
        }
      } catch (IOException e) {
        failed(e);
      }
    }

    private void established(SocketChannel open) throws IOException {
      if (open.getLocalAddress().equals(open.getRemoteAddress())) {
        // A free port of this host was chosen for both ends: nobody else is there.
        end();
        holder.refused();
      } else {
        holder.established();
      }
    }

    private void failed(IOException e) {
      boolean refused =
          e instanceof ConnectException && System.nanoTime() - startNanos < REFUSED_WITHIN_NANOS;
      end();
      if (refused) {
        holder.refused();
      } else {
        holder.lost(String.valueOf(e.getMessage()));
      }
    }

    private void end() {
      ended = true;
      SocketChannel open = channel;
      if (open != null) {
        try {
          open.close();
        } catch (IOException e) {
          faults.uncaughtException(Thread.currentThread(), e);
        }
      }
    }
  }
}
