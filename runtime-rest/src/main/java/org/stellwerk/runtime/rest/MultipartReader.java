package org.stellwerk.runtime.rest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@code multipart/form-data} body (RFC 7578) part by part, holding a few kilobytes of it
 * at a time. One thread.
 */
final class MultipartReader {

  private static final Pattern BOUNDARY =
      Pattern.compile(
          "(?i)\\s*multipart/form-data\\s*;(?:.*;)?\\s*boundary=(?:\"([^\"]+)\"|([^;\\s]+)).*");
  private static final Pattern NAME = parameter("name");
  private static final Pattern FILE_NAME = parameter("filename");
  private static final int BUFFER_BYTES = 1 << 14;
  private static final int MAX_BOUNDARY = 200;
  private static final int MAX_HEADER_BYTES = 1 << 14;

  private final InputStream in;
  private final byte[] delimiter;

  /** By a byte: how far the delimiter can be moved on if that byte is under its last (Horspool). */
  private final int[] shifts = new int[256];

  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int position;
  private int limit;

  /**
   * One part. Its content must be read before the next part is asked for; what is left is skipped.
   *
   * @param fileName without any path; null for a plain field
   */
  record Part(String name, @Nullable String fileName, InputStream content) {}

  MultipartReader(InputStream in, String contentType) {
    this.in = in;
    this.delimiter = ("\r\n--" + boundaryOf(contentType)).getBytes(StandardCharsets.UTF_8);
    Arrays.fill(shifts, delimiter.length);
    for (int i = 0; i < delimiter.length - 1; i++) {
      shifts[delimiter[i] & 0xff] = delimiter.length - 1 - i;
    }
    buffer[0] = '\r';
    buffer[1] = '\n';
    limit = 2;
  }

  private static String boundaryOf(String contentType) {
    Matcher matcher = BOUNDARY.matcher(contentType);
    if (!matcher.matches()) {
      throw RestException.badRequest(
          "Expected a body of type multipart/form-data with a boundary, not '" + contentType + "'");
    }
    String boundary = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
    if (boundary.length() > MAX_BOUNDARY) {
      throw RestException.badRequest("The boundary of the multipart body is too long");
    }
    return boundary;
  }

  private static Pattern parameter(String name) {
    return Pattern.compile("(?i).*;\\s*" + name + "=(?:\"([^\"]*)\"|([^;\\s]+)).*");
  }

  /** The next part, or empty after the last. */
  Optional<Part> next() throws IOException {
    Content rest = new Content();
    rest.skipAll();
    position += delimiter.length;
    String line = readLine();
    if (line.startsWith("--")) {
      return Optional.empty();
    }
    if (!line.isBlank()) {
      throw RestException.badRequest("The multipart body has something after a boundary");
    }
    String name = null;
    String fileName = null;
    int headerBytes = 0;
    for (String header = readLine(); !header.isEmpty(); header = readLine()) {
      headerBytes += header.length();
      if (headerBytes > MAX_HEADER_BYTES) {
        throw RestException.badRequest("The headers of a part of the multipart body are too long");
      }
      if (header.regionMatches(true, 0, "Content-Disposition:", 0, 20)) {
        name = find(NAME, header);
        fileName = find(FILE_NAME, header);
      }
    }
    if (name == null) {
      throw RestException.badRequest("A part of the multipart body has no name");
    }
    return Optional.of(new Part(name, fileName == null ? null : plain(fileName), new Content()));
  }

  private static @Nullable String find(Pattern pattern, String header) {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.matches()) {
      return null;
    }
    return matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
  }

  private static String plain(String fileName) {
    String plain =
        fileName.substring(Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\')) + 1);
    if (plain.isBlank() || plain.equals(".") || plain.equals("..") || plain.indexOf('\0') >= 0) {
      throw RestException.badRequest("'" + fileName + "' is not a file name");
    }
    return plain;
  }

  private String readLine() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      if (position == limit && !fill()) {
        throw cutOff();
      }
      byte next = buffer[position++];
      if (next == '\n') {
        String text = line.toString(StandardCharsets.UTF_8);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
      }
      line.write(next);
      if (line.size() > MAX_HEADER_BYTES) {
        throw RestException.badRequest("A header of the multipart body is too long");
      }
      if (line.size() == 2 && line.toString(StandardCharsets.UTF_8).equals("--")) {
        return "--";
      }
    }
  }

  private static RestException cutOff() {
    return RestException.badRequest("The multipart body ends before its last boundary");
  }

  /** Makes room and reads more. */
  private boolean fill() throws IOException {
    System.arraycopy(buffer, position, buffer, 0, limit - position);
    limit -= position;
    position = 0;
    int read = in.read(buffer, limit, buffer.length - limit);
    if (read > 0) {
      limit += read;
    }
    return read > 0;
  }

  /** Where the delimiter begins, or -1 if it is not entirely in the buffer. */
  private int findDelimiter() {
    int end = delimiter.length - 1;
    int start = position;
    while (start + end < limit) {
      int i = 0; // from the left: its first byte stands in it once, so no body takes n × m steps
      while (i <= end && buffer[start + i] == delimiter[i]) {
        i++;
      }
      if (i > end) {
        return start;
      }
      start += shifts[buffer[start + end] & 0xff];
    }
    return -1;
  }

  /** The bytes up to the next delimiter. */
  private final class Content extends InputStream {

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      while (true) {
        int end = findDelimiter();
        int available =
            end >= 0 ? end - position : Math.max(0, limit - position - (delimiter.length - 1));
        if (available > 0) {
          int count = Math.min(available, length);
          System.arraycopy(buffer, position, target, offset, count);
          position += count;
          return count;
        }
        if (end >= 0) {
          return -1;
        }
        if (!fill()) {
          throw cutOff();
        }
      }
    }

    void skipAll() throws IOException {
      byte[] skipped = new byte[BUFFER_BYTES];
      int read = 0;
      while (read >= 0) {
        read = read(skipped, 0, skipped.length);
      }
    }
  }
}
