package org.stellwerk.runtime.io;

import org.jspecify.annotations.Nullable;

/**
 * Why a channel ended badly, as it is told to the consumer.
 *
 * @param message one line for people
 */
record ChannelError(Kind kind, String message) {

  /** What happened, with its code on the wire. */
  enum Kind {
    /** No such producer turned up in time. */
    NOT_FOUND(0),
    /** The request was wrong: another attempt, an output that does not exist, already consumed. */
    REFUSED(1),
    /** The producer's task failed or was cancelled: not the consumer's fault. */
    PRODUCER_ENDED(2);

    private static final Kind[] ALL = values();

    private final byte code;

    Kind(int code) {
      this.code = (byte) code;
    }

    byte code() {
      return code;
    }

    /** Null for an unknown code. */
    static @Nullable Kind of(byte code) {
      for (Kind kind : ALL) {
        if (kind.code == code) {
          return kind;
        }
      }
      return null;
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ChannelError that && kind == that.kind && message.equals(that.message);
  }

  @Override
  public int hashCode() {
    return 31 * kind.hashCode() + message.hashCode();
  }
}
