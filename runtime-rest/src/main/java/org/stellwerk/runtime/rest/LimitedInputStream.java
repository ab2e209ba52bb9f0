package org.stellwerk.runtime.rest;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A request's body that ends with 413 when it is longer than allowed. */
final class LimitedInputStream extends FilterInputStream {

  private final long limit;
  private long count;

  LimitedInputStream(InputStream in, long limit) {
    super(in);
    this.limit = limit;
  }

  static RestException tooLarge(long limit) {
    return new RestException(
        RestException.TOO_LARGE,
        "The request body is larger than "
            + limit
            + " bytes, the limit of rest.server.max-content-length");
  }

  @Override
  public int read() throws IOException {
    int value = super.read();
    if (value >= 0) {
      add(1);
    }
    return value;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int read = super.read(buffer, offset, length);
    if (read > 0) {
      add(read);
    }
    return read;
  }

  private void add(int bytes) {
    count += bytes;
    if (count > limit) {
      throw tooLarge(limit);
    }
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
