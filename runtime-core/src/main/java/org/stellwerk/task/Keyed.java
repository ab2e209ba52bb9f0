package org.stellwerk.task;

/** A record that knows the key by which hash edges partition it. */
public interface Keyed {

  /**
   * The key; its hashCode must be the same in every JVM, as that of strings, numbers and records of
   * those is (and that of enums and plain objects is not).
   */
  Object key();
}
