package org.stellwerk.examples;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.stellwerk.task.Environment;
import org.stellwerk.task.RecordReader;
import org.stellwerk.task.TaskInfo;
import org.stellwerk.task.TaskInvokable;

/**
 * Writes lines {@code word count} to a file {@code part-<subtask>} in the directory that the
 * configuration key {@value #OUTPUT} names. The file appears when it is complete; a subtask that
 * fails or is cancelled leaves nothing.
 */
public final class WordSink implements TaskInvokable {

  static final String OUTPUT = "output";

  @Override
  public void invoke(Environment environment) throws Exception {
    Path directory = Files.createDirectories(Path.of(environment.requireConfig(OUTPUT)));
    TaskInfo task = environment.taskInfo();
    Path complete = directory.resolve("part-" + task.subtaskIndex());
    Path unfinished =
        directory.resolve(".part-" + task.subtaskIndex() + "." + task.attemptNumber() + ".tmp");
    try {
      write(environment.input(0), unfinished);
      Files.move(unfinished, complete, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  private static void write(RecordReader<WordTally> input, Path file)
      throws IOException, InterruptedException {
    try (BufferedWriter writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      WordTally tally = input.next();
      while (tally != null) {
        writer.write(tally.word() + " " + tally.count() + "\n");
        tally = input.next();
      }
    }
  }
}
