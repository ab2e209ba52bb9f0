package org.stellwerk.runtime.blob;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLConnection;
import java.net.UnknownHostException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.id.BlobKey;
import org.stellwerk.runtime.options.BlobOptions;
import org.stellwerk.runtime.persistence.DurableFiles;

/**
 * Fetches blobs from a {@link BlobServer} to files, checked against their keys. A failed fetch is
 * tried again, with pauses that double; a blob that the server does not have is not. Blocking:
 * belongs on an I/O executor. Immutable, thread-safe.
 */
public final class BlobClient {

  private static final Logger LOG = LoggerFactory.getLogger(BlobClient.class);
  private static final Duration MAX_PAUSE = Duration.ofSeconds(5);

  private final int retries;
  private final Duration timeout;
  private final Duration firstPause;

  /**
   * A client.
   *
   * @param retries how often a failed fetch is tried again
   * @param timeout how long connecting, and each read, may take
   * @param firstPause the pause before the first retry
   */
  public BlobClient(int retries, Duration timeout, Duration firstPause) {
    this.retries = retries;
    this.timeout = timeout;
    this.firstPause = firstPause;
  }

  /** The client that the configuration describes. */
  public static BlobClient of(Configuration configuration) {
    return new BlobClient(
        configuration.get(BlobOptions.FETCH_RETRIES),
        Duration.ofSeconds(10),
        Duration.ofMillis(100));
  }

  /**
   * Fetches a blob to a file, which is there completely or not at all. Does nothing if it is there
   * already with the right content.
   *
   * @param serverAddress "http://host:port/blobs/"
   * @throws IOException with one line that names the URL and whether the way or the disk is at
   *     fault, after the last attempt
   */
  public void fetch(String serverAddress, BlobKey key, Path target) throws IOException {
    String url = serverAddress + (serverAddress.endsWith("/") ? "" : "/") + key;
    if (Files.isRegularFile(target) && BlobDigest.of(target).equals(key)) {
      return;
    }
    Duration pause = firstPause;
    for (int attempt = 0; ; attempt++) {
      try {
        fetchOnce(url, key, target);
        return;
      } catch (FileNotFoundException e) {
        throw new IOException(
            "Cannot fetch a jar: "
                + url
                + " does not exist; the JobManager that had it may be gone, and jars outlive it"
                + " only in 'high-availability.storageDir'",
            e);
      } catch (InterruptedIOException e) {
        if (!(e instanceof SocketTimeoutException)) {
          throw e;
        }
        giveUpIfLast(url, attempt, e);
      } catch (IOException e) {
        giveUpIfLast(url, attempt, e);
      }
      pause(pause);
      pause = pause.multipliedBy(2).compareTo(MAX_PAUSE) < 0 ? pause.multipliedBy(2) : MAX_PAUSE;
    }
  }

  private void giveUpIfLast(String url, int attempt, IOException failure) throws IOException {
    if (attempt >= retries && failure instanceof FileSystemException) {
      throw new IOException(
          "Cannot keep the jar from "
              + url
              + " on this host's disk: "
              + describe(failure)
              + " ("
              + (attempt + 1)
              + " attempts); make room, or set 'io.tmp.dirs'",
          failure);
    }
    if (attempt >= retries) {
      throw new IOException(
          "Cannot fetch a jar from "
              + url
              + ": "
              + describe(failure)
              + " ("
              + (attempt + 1)
              + " attempts); check that this host reaches the JobManager's blob server"
              + " ('blob.server.port')",
          failure);
    }
    LOG.debug("Fetching {} failed, trying again: {}", url, failure.toString());
  }

  private void fetchOnce(String url, BlobKey key, Path target) throws IOException {
    HttpURLConnection connection = connect(url);
    Path temporary = target.resolveSibling(target.getFileName() + "-" + UUID.randomUUID() + ".tmp");
    try {
      int status = connection.getResponseCode();
      if (status == HttpURLConnection.HTTP_NOT_FOUND) {
        throw new FileNotFoundException(url);
      }
      if (status != HttpURLConnection.HTTP_OK) {
        throw new IOException("the server answered HTTP " + status);
      }
      BlobKey[] found = new BlobKey[1];
      try (InputStream in = connection.getInputStream()) {
        DurableFiles.writeForced(temporary, out -> found[0] = BlobDigest.copy(in, out));
      }
      if (!key.equals(found[0])) {
        throw new IOException("the content arrived damaged: its SHA-256 is " + found[0]);
      }
      DurableFiles.moveInto(temporary, target);
    } finally {
      connection.disconnect();
      Files.deleteIfExists(temporary);
    }
  }

  private HttpURLConnection connect(String url) throws IOException {
    URLConnection connection;
    try {
      connection = URI.create(url).toURL().openConnection();
    } catch (IllegalArgumentException e) {
      throw new IOException("not a URL", e);
    }
    if (!(connection instanceof HttpURLConnection http)) {
      throw new IOException("not an HTTP address");
    }
    http.setConnectTimeout((int) timeout.toMillis());
    http.setReadTimeout((int) timeout.toMillis());
    http.setUseCaches(false);
    return http;
  }

  private static String describe(IOException failure) {
    if (failure instanceof ConnectException) {
      return "connection refused";
    }
    if (failure instanceof UnknownHostException) {
      return "unknown host";
    }
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }

  private static void pause(Duration pause) throws InterruptedIOException {
    try {
      Thread.sleep(pause.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Interrupted while fetching a jar");
    }
  }
}
