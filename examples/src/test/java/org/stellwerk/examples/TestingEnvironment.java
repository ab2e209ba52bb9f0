package org.stellwerk.examples;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.stellwerk.task.Environment;
import org.stellwerk.task.RecordReader;
import org.stellwerk.task.RecordWriter;
import org.stellwerk.task.TaskInfo;

/** One subtask's world with one input and one output, both lists. */
final class TestingEnvironment implements Environment {

  private final TaskInfo taskInfo;
  private final Map<String, String> configuration;
  private final Iterator<?> input;
  private final List<Object> emitted = Collections.synchronizedList(new ArrayList<>());
  private volatile boolean canceled;
  private int cancelAfter = Integer.MAX_VALUE;

  TestingEnvironment(int index, int parallelism, Map<String, String> configuration, List<?> input) {
    this.taskInfo = new TaskInfo("0".repeat(32), "job", "vertex", index, parallelism, 0);
    this.configuration = configuration;
    this.input = input.iterator();
  }

  /** Cancels the subtask once it has emitted so many records. */
  TestingEnvironment cancelAfter(int records) {
    cancelAfter = records;
    return this;
  }

  List<Object> emitted() {
    return emitted;
  }

  @Override
  public TaskInfo taskInfo() {
    return taskInfo;
  }

  @Override
  public Map<String, String> configuration() {
    return configuration;
  }

  @Override
  public Map<String, String> jobConfiguration() {
    return Map.of();
  }

  @Override
  public byte[] payload() {
    return new byte[0];
  }

  @Override
  public int inputCount() {
    return 1;
  }

  @Override
  public int outputCount() {
    return 1;
  }

  @Override
  @SuppressWarnings("unchecked")
  public <T> RecordReader<T> input(int index) {
    Iterator<T> records = (Iterator<T>) input;
    return () -> records.hasNext() ? records.next() : null;
  }

  @Override
  public <T> RecordWriter<T> output(int index) {
    return new RecordWriter<>() {
      @Override
      public void emit(T record) {
        emitted.add(record);
        canceled = emitted.size() >= cancelAfter;
      }

      @Override
      public void flush() {}
    };
  }

  @Override
  public boolean isCanceled() {
    return canceled;
  }

  @Override
  public ClassLoader userClassLoader() {
    return TestingEnvironment.class.getClassLoader();
  }
}
