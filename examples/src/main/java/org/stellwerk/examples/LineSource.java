package org.stellwerk.examples;

import java.nio.file.Files;
import java.nio.file.Path;
import org.stellwerk.task.Environment;
import org.stellwerk.task.RecordWriter;
import org.stellwerk.task.TaskInvokable;

/**
 * Reads the lines of a text file; each subtask reads its own part. The file, whose absolute path is
 * the configuration key {@value #INPUT}, must be there on the host of every TaskManager.
 */
public final class LineSource implements TaskInvokable {

  static final String INPUT = "input";

  @Override
  public void invoke(Environment environment) throws Exception {
    Path file = Path.of(environment.requireConfig(INPUT));
    if (!Files.isReadable(file)) {
      throw new IllegalStateException(
          "The input file " + file + " cannot be read here; every TaskManager's host needs it");
    }
    int index = environment.taskInfo().subtaskIndex();
    int splits = environment.taskInfo().parallelism();
    RecordWriter<String> output = environment.output(0);
    try (SplitLines lines = SplitLines.open(file, index, splits)) {
      String line = lines.next();
      while (line != null && !environment.isCanceled()) {
        output.emit(line);
        line = lines.next();
      }
    }
  }
}
