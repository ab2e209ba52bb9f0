package org.stellwerk.time;

import org.stellwerk.annotation.NotSimulated;

/** The machine's clock; stateless. */
@NotSimulated("this is the driver that the rule asks for")
public final class SystemClock implements Clock {

  /** The one instance that is needed. */
  public static final SystemClock INSTANCE = new SystemClock();

  private SystemClock() {}

  @Override
  public long absoluteTimeMillis() {
    return System.currentTimeMillis();
  }

  @Override
  public long relativeTimeNanos() {
    return System.nanoTime();
  }
}
