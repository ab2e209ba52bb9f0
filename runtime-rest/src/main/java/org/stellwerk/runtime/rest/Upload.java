package org.stellwerk.runtime.rest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A multipart body: its plain fields in memory, its files on disk under names of their own, where
 * they stay until it is closed.
 */
final class Upload implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Upload.class);

  private static final int MAX_FIELD_BYTES = 1 << 20;
  private static final int CHUNK_BYTES = 1 << 14;

  private final Path directory;
  private final Map<String, String> fields = new LinkedHashMap<>();
  private final Map<String, Path> files = new LinkedHashMap<>();

  private Upload(Path directory) {
    this.directory = directory;
  }

  /** Reads the whole body of a request; nothing is left on disk if that fails. */
  static Upload receive(RestRequest request, Path directory) throws IOException {
    MultipartReader reader = new MultipartReader(request.body(), request.contentType());
    Upload upload = new Upload(directory);
    try {
      if (!Files.isDirectory(directory)) {
        upload.onDisk(() -> Files.createDirectories(directory));
      }
      upload.readParts(reader);
      return upload;
    } catch (IOException | RuntimeException e) {
      upload.close();
      throw e;
    }
  }

  private void readParts(MultipartReader reader) throws IOException {
    for (Optional<MultipartReader.Part> next = reader.next();
        next.isPresent();
        next = reader.next()) {
      MultipartReader.Part part = next.get();
      String fileName = part.fileName();
      if (fileName == null) {
        fields.put(part.name(), text(part.name(), part.content()));
      } else {
        Path file = directory.resolve(UUID.randomUUID().toString());
        if (files.putIfAbsent(fileName, file) != null) {
          throw RestException.badRequest("Two uploaded files have the name '" + fileName + "'");
        }
        keep(part.content(), file);
      }
    }
  }

  private void keep(InputStream content, Path file) throws IOException {
    byte[] chunk = new byte[CHUNK_BYTES];
    try (OutputStream out = onDisk(() -> Files.newOutputStream(file))) {
      for (int read = content.read(chunk); read >= 0; read = content.read(chunk)) {
        int length = read;
        onDisk(
            () -> {
              out.write(chunk, 0, length);
              return out;
            });
      }
    }
  }

  /** A failure is not the client's, and no fault of the cluster: a full disk need not stay so. */
  private <T> T onDisk(Callable<T> action) {
    try {
      return action.call();
    } catch (Exception e) {
      LOG.warn("An upload is not kept in {}: {}", directory, e.toString());
      throw new RestException(
          RestException.UNAVAILABLE,
          "The upload cannot be kept in " + directory + " now (io.tmp.dirs), try again: " + e);
    }
  }

  private static String text(String name, InputStream content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] chunk = content.readNBytes(MAX_FIELD_BYTES + 1);
    if (chunk.length > MAX_FIELD_BYTES) {
      throw new RestException(
          RestException.TOO_LARGE,
          "The field '" + name + "' is larger than " + MAX_FIELD_BYTES + " bytes");
    }
    bytes.writeBytes(chunk);
    return bytes.toString(StandardCharsets.UTF_8);
  }

  Optional<String> field(String name) {
    return Optional.ofNullable(fields.get(name));
  }

  Map<String, Path> files() {
    return files;
  }

  /** The uploaded file of the name; 400 if there is none. */
  Path file(String name) {
    Path file = files.get(name);
    if (file == null) {
      throw RestException.badRequest(
          "The request names the file '" + name + "', but uploaded are only " + files.keySet());
    }
    return file;
  }

  /** Removes its files; what cannot be removed is logged and stays. Idempotent. */
  @Override
  public void close() {
    for (Path file : files.values()) {
      try {
        Files.deleteIfExists(file);
      } catch (IOException e) {
        LOG.warn("Could not remove {}: {}", file, e.toString());
      }
    }
  }
}
