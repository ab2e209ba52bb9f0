package org.stellwerk.client;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A multipart/form-data body whose files are streamed, never held in memory. */
final class MultipartBody {

  private final String boundary = "stellwerk-" + UUID.randomUUID();
  private final List<Part> parts = new ArrayList<>();

  /** Either bytes or a file of known length. */
  private record Part(byte[] head, byte[] bytes, @Nullable Path file, long length) {}

  /** Adds a field with JSON in it. */
  void addJson(String name, byte[] json) {
    add(name, null, "application/json; charset=UTF-8", json);
  }

  /** Adds bytes as a file. */
  void addFile(String name, String fileName, byte[] content) {
    add(name, fileName, "application/octet-stream", content);
  }

  /** Adds a file. */
  void addFile(String name, String fileName, Path file) throws IOException {
    byte[] head = head(name, fileName, "application/octet-stream");
    parts.add(new Part(head, new byte[0], file, Files.size(file)));
  }

  String contentType() {
    return "multipart/form-data; boundary=" + boundary;
  }

  long contentLength() {
    long length = end().length;
    for (Part part : parts) {
      length += part.head().length + part.length() + 2;
    }
    return length;
  }

  void writeTo(OutputStream out) throws IOException {
    for (Part part : parts) {
      out.write(part.head());
      if (part.file() != null) {
        Files.copy(part.file(), out);
      } else {
        out.write(part.bytes());
      }
      out.write('\r');
      out.write('\n');
    }
    out.write(end());
  }

  private void add(String name, @Nullable String fileName, String type, byte[] content) {
    parts.add(new Part(head(name, fileName, type), content, null, content.length));
  }

  private byte[] head(String name, @Nullable String fileName, String type) {
    String disposition = "form-data; name=\"" + name + "\"";
    if (fileName != null) {
      disposition += "; filename=\"" + fileName + "\"";
    }
    return ("--"
            + boundary
            + "\r\nContent-Disposition: "
            + disposition
            + "\r\nContent-Type: "
            + type
            + "\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private byte[] end() {
    return ("--" + boundary + "--\r\n").getBytes(StandardCharsets.US_ASCII);
  }
}
