package org.stellwerk.rpc.akka;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.util.Optional;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.rpc.SecurityOptions;
import org.stellwerk.rpc.exceptions.RpcConnectionException;
import org.stellwerk.util.ExceptionUtils;

/**
 * A connection to another process's RPC port that begins as the transport's own ones do, and on
 * which nothing more is said. It shows whether the other side talks to this one: a side that wants
 * TLS and is not offered it, or that does not trust the certificate it is shown, ends it. Blocks
 * its thread, except for {@link #close()}.
 */
final class TrialConnection {

  private static final Logger LOG = LoggerFactory.getLogger(TrialConnection.class);

  /** How a connection of the transport begins; it waits for more then. */
  private static final byte[] PLAIN_GREETING = "AKKA\1".getBytes(StandardCharsets.US_ASCII);

  private final Socket socket;
  private final String where;
  private final @Nullable Tls tls;
  private Socket talking;
  private volatile boolean closed;

  /**
   * On a socket, to be connected before it is used; it is owned from now on.
   *
   * @param where the other side, for messages to people
   */
  TrialConnection(Socket socket, String where, @Nullable Tls tls) {
    this.socket = socket;
    this.where = where;
    this.tls = tls;
    this.talking = socket;
  }

  /** Begins to talk; fails, and is closed, if the other side is known to refuse. */
  void greet() throws RpcConnectionException {
    try {
      if (tls == null) {
        socket.getOutputStream().write(PLAIN_GREETING);
      } else {
        SSLSocket client = tls.clientSocket(socket);
        talking = client;
        client.startHandshake();
      }
    } catch (IOException e) {
      close();
      throw refused(e);
    }
  }

  /**
   * Ends this side of the connection and waits until the other side ends its own, which its process
   * does, not its kernel; a TLS handshake is answer enough. Not longer than the socket's timeout.
   */
  boolean isAnswered() {
    try {
      if (tls == null) {
        socket.shutdownOutput();
        int said = socket.getInputStream().read();
        LOG.debug("{} said {} to a knock.", where, said);
      }
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      LOG.debug("{} has reset a connection that was to end.", where, e);
      return true;
    } finally {
      close();
    }
  }

  /**
   * Waits for the end of the connection, however long: why the other side has refused, or empty if
   * it was not the other side that ended it.
   */
  Optional<RpcConnectionException> awaitRefusal() {
    try {
      socket.setSoTimeout(0);
      int said = talking.getInputStream().read();
      LOG.debug("{} said {} on a trial connection.", where, said);
      return closed
          ? Optional.empty()
          : Optional.of(refused(new IOException("end of the connection")));
    } catch (IOException e) {
      return closed ? Optional.empty() : Optional.of(refused(e));
    } finally {
      close();
    }
  }

  private RpcConnectionException refused(IOException failure) {
    Optional<CertificateException> untrusted =
        ExceptionUtils.findThrowable(failure, CertificateException.class);
    String detail = " (" + ExceptionUtils.describe(failure) + ")";
    if (untrusted.isPresent()) {
      return new RpcConnectionException(
          "the TLS handshake with "
              + where
              + " failed: this process does not trust its certificate"
              + detail,
          failure);
    } else if (tls != null) {
      return new RpcConnectionException(
          "the TLS handshake with "
              + where
              + " was refused"
              + detail
              + "; it uses no TLS, or does not trust this process's certificate",
          failure);
    }
    return new RpcConnectionException(
        where
            + " has ended the connection"
            + detail
            + "; it may expect TLS, and "
            + SecurityOptions.INTERNAL_ENABLED.key()
            + " is off in this process",
        failure);
  }

  void close() {
    closed = true;
    try {
      socket.close();
    } catch (IOException e) {
      LOG.debug("A trial connection to {} did not close cleanly.", where, e);
    }
  }
}
