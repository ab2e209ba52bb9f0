package org.stellwerk.examples;

import org.stellwerk.task.Keyed;

/** How often a word was seen. */
public record WordTally(String word, long count) implements Keyed {

  @Override
  public Object key() {
    return word;
  }
}
