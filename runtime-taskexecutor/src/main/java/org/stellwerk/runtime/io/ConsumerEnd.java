package org.stellwerk.runtime.io;

import org.jspecify.annotations.Nullable;

/** How a consumer left a channel before its end, with the code on the wire. */
enum ConsumerEnd {
  /** It needs no more: the producer drops what it emits from here on. */
  FINISHED(0),
  /** It failed or was cancelled: the producer waits to be cancelled. */
  FAILED(1);

  private static final ConsumerEnd[] ALL = values();

  private final byte code;

  ConsumerEnd(int code) {
    this.code = (byte) code;
  }

  byte code() {
    return code;
  }

  /** Null for an unknown code. */
  static @Nullable ConsumerEnd of(byte code) {
    for (ConsumerEnd end : ALL) {
      if (end.code == code) {
        return end;
      }
    }
    return null;
  }
}
