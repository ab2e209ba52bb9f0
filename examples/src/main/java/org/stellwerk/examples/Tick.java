package org.stellwerk.examples;

import org.stellwerk.task.Keyed;

/** A numbered record of one source; those of one source keep their order. */
public record Tick(int source, long sequence, long emittedAtMillis) implements Keyed {

  @Override
  public Object key() {
    return source;
  }
}
