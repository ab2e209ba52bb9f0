package org.stellwerk.task;

import java.util.Map;

/** What a subtask sees of the world. Readers and writers belong to the subtask's thread. */
public interface Environment {

  /** Who this subtask is. */
  TaskInfo taskInfo();

  /** The vertex's configuration, as the client set it. */
  Map<String, String> configuration();

  /** The job's configuration. */
  Map<String, String> jobConfiguration();

  /** The vertex's bytes, as the client made them. */
  byte[] payload();

  /** How many inputs the vertex has: its incoming edges, in their order. */
  int inputCount();

  /** How many outputs the vertex has: its outgoing edges, in their order. */
  int outputCount();

  /** The reader of an input, counted from 0; the same each time. */
  <T> RecordReader<T> input(int index);

  /** The writer of an output, counted from 0; the same each time. */
  <T> RecordWriter<T> output(int index);

  /** Whether the subtask is to end. */
  boolean isCanceled();

  /** The job's class loader. */
  ClassLoader userClassLoader();

  /**
   * A required text of the vertex's configuration.
   *
   * @throws IllegalArgumentException naming the missing key
   */
  default String requireConfig(String key) {
    String value = configuration().get(key);
    if (value == null) {
      throw new IllegalArgumentException(
          "Vertex '" + taskInfo().vertexName() + "' needs the configuration key '" + key + "'");
    }
    return value;
  }
}
