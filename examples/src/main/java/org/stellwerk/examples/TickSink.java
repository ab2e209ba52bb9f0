package org.stellwerk.examples;

import java.io.BufferedWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.stellwerk.task.Environment;
import org.stellwerk.task.RecordReader;
import org.stellwerk.task.TaskInvokable;

/**
 * Appends {@code source,sequence,emittedAtMillis,writtenAtMillis} to a file {@code part-<subtask>}
 * in the directory that the configuration key {@value #OUTPUT} names, and flushes each line: who
 * reads the files sees every interruption and loss. A later attempt goes on in the same file.
 */
public final class TickSink implements TaskInvokable {

  static final String OUTPUT = "output";

  @Override
  public void invoke(Environment environment) throws Exception {
    Path directory = Files.createDirectories(Path.of(environment.requireConfig(OUTPUT)));
    Path file = directory.resolve("part-" + environment.taskInfo().subtaskIndex());
    RecordReader<Tick> input = environment.input(0);
    try (BufferedWriter writer =
        Files.newBufferedWriter(
            file,
            StandardCharsets.US_ASCII,
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND)) {
      Tick tick = input.next();
      while (tick != null) {
        writer.write(
            tick.source()
                + ","
                + tick.sequence()
                + ","
                + tick.emittedAtMillis()
                + ","
                + System.currentTimeMillis()
                + "\n");
        writer.flush();
        tick = input.next();
      }
    }
  }
}
