package org.stellwerk.runtime.runner;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.stellwerk.task.Environment;
import org.stellwerk.task.Keyed;
import org.stellwerk.task.RecordReader;
import org.stellwerk.task.RecordWriter;
import org.stellwerk.task.TaskInvokable;

/** User code of the tests. */
public final class Invokables {

  /** What sinks have collected, by "jobId/vertex/subtask". */
  static final Map<String, List<Object>> COLLECTED = new ConcurrentHashMap<>();

  /** Counts by job id. */
  static final Map<String, AtomicLong> COUNTS = new ConcurrentHashMap<>();

  private static final Map<AtomicLong, Long> LAST_SEEN = new ConcurrentHashMap<>();

  private Invokables() {}

  /** Whether the counter has begun, and is what it was when this was asked before. */
  static boolean stands(AtomicLong counter) {
    long now = counter.get();
    Long before = LAST_SEEN.put(counter, now);
    return before != null && before == now && now > 1;
  }

  static AtomicLong count(Object jobId) {
    return COUNTS.computeIfAbsent(jobId.toString(), unused -> new AtomicLong());
  }

  static List<Object> collected(Object jobId, String vertex, int subtask) {
    return COLLECTED.getOrDefault(jobId + "/" + vertex + "/" + subtask, List.of());
  }

  /** A record with a key. */
  public record Word(String key, long number, List<String> tags) implements Keyed {}

  /** Emits "count" records, of "size" bytes each if that is set. */
  public static final class Source implements TaskInvokable {
    @Override
    public void invoke(Environment environment) throws Exception {
      long count = Long.parseLong(environment.configuration().getOrDefault("count", "1000"));
      int size = Integer.parseInt(environment.configuration().getOrDefault("size", "0"));
      AtomicLong counter = count(environment.taskInfo().jobId());
      for (long i = 0; i < count; i++) {
        for (int output = 0; output < environment.outputCount(); output++) {
          RecordWriter<Object> writer = environment.output(output);
          writer.emit(size > 0 ? new byte[size] : word(environment, i));
        }
        counter.incrementAndGet();
      }
    }

    private static Word word(Environment environment, long i) {
      return new Word("word-" + i % 100, i, List.of("s" + environment.taskInfo().subtaskIndex()));
    }
  }

  /** Collects all records of all inputs. */
  public static final class Sink implements TaskInvokable {
    @Override
    public void invoke(Environment environment) throws Exception {
      List<Object> all = new ArrayList<>();
      for (int input = 0; input < environment.inputCount(); input++) {
        RecordReader<Object> reader = environment.input(input);
        for (Object record = reader.next(); record != null; record = reader.next()) {
          all.add(record);
        }
      }
      var info = environment.taskInfo();
      COLLECTED.put(info.jobId() + "/" + info.vertexName() + "/" + info.subtaskIndex(), all);
    }
  }

  /** Passes records on. */
  public static final class Map1 implements TaskInvokable {
    @Override
    public void invoke(Environment environment) throws Exception {
      RecordReader<Object> reader = environment.input(0);
      RecordWriter<Object> writer = environment.output(0);
      for (Object record = reader.next(); record != null; record = reader.next()) {
        writer.emit(record);
      }
    }
  }

  /** Reads "limit" records and leaves. */
  public static final class Limit implements TaskInvokable {
    @Override
    public void invoke(Environment environment) throws Exception {
      int limit = Integer.parseInt(environment.requireConfig("limit"));
      RecordReader<Object> reader = environment.input(0);
      for (int i = 0; i < limit; i++) {
        reader.next();
      }
    }
  }

  /** Neither reads nor writes until it is cancelled. */
  public static final class Idle implements TaskInvokable {
    private final CountDownLatch canceled = new CountDownLatch(1);

    @Override
    public void invoke(Environment environment) throws Exception {
      count(environment.taskInfo().jobId()).incrementAndGet();
      canceled.await();
    }

    @Override
    public void cancel() {
      canceled.countDown();
    }
  }

  /** Emits one record and waits to be cancelled, without flushing. */
  public static final class OneThenIdle implements TaskInvokable {
    private final CountDownLatch canceled = new CountDownLatch(1);

    @Override
    public void invoke(Environment environment) throws Exception {
      environment.<Object>output(0).emit("only");
      canceled.await();
    }

    @Override
    public void cancel() {
      canceled.countDown();
    }
  }

  /** Fails after "after" records. */
  public static final class Failing implements TaskInvokable {
    @Override
    public void invoke(Environment environment) throws Exception {
      int after = Integer.parseInt(environment.configuration().getOrDefault("after", "0"));
      for (int i = 0; i < after; i++) {
        environment.<Object>output(0).emit("record-" + i);
      }
      throw new IllegalStateException("no more words");
    }
  }

  /** Throws the error that is named by the configuration. */
  public static final class Dying implements TaskInvokable {
    @Override
    public void invoke(Environment environment) throws Exception {
      if (environment.requireConfig("error").equals("memory")) {
        throw new OutOfMemoryError("made by the test");
      }
      throw new StackOverflowError("made by the test");
    }
  }

  /** Waits to be interrupted, and runs out of memory when it is told to end. */
  public static final class DyingOfCancel implements TaskInvokable {
    @Override
    public void invoke(Environment environment) throws Exception {
      count(environment.taskInfo().jobId()).incrementAndGet();
      new CompletableFuture<>().get();
    }

    @Override
    public void cancel() {
      throw new OutOfMemoryError("made by the test");
    }
  }

  /** Ignores cancellation until it is interrupted. */
  public static final class Stubborn implements TaskInvokable {
    @Override
    @SuppressWarnings("ThreadPriorityCheck")
    public void invoke(Environment environment) throws Exception {
      count(environment.taskInfo().jobId()).incrementAndGet();
      while (!Thread.currentThread().isInterrupted()) {
        Thread.yield();
      }
      throw new IOException("interrupted by " + nameOfContextLoader());
    }

    private static @Nullable String nameOfContextLoader() {
      return Thread.currentThread().getContextClassLoader().getName();
    }
  }
}
