package org.stellwerk.examples;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.stellwerk.task.Environment;
import org.stellwerk.task.RecordReader;
import org.stellwerk.task.RecordWriter;
import org.stellwerk.task.TaskInvokable;

/**
 * Splits lines into words: the longest runs of the letters a to z, in either case. Words are
 * counted here before they are sent on, as far as {@value #MAX_TALLIES} different ones go, which
 * leaves few records for the hash edge.
 */
public final class WordSplitter implements TaskInvokable {

  private static final int MAX_TALLIES = 10_000;

  private final Map<String, Long> tallies = new HashMap<>();

  @Override
  public void invoke(Environment environment) throws Exception {
    RecordReader<String> lines = environment.input(0);
    RecordWriter<WordTally> output = environment.output(0);
    String line = lines.next();
    while (line != null) {
      countWords(line);
      if (tallies.size() >= MAX_TALLIES) {
        emitTallies(output);
      }
      line = lines.next();
    }
    emitTallies(output);
  }

  private void countWords(String line) {
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      char lower = c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
      if (lower >= 'a' && lower <= 'z') {
        word.append(lower);
      } else {
        endWord(word);
      }
    }
    endWord(word);
  }

  private void endWord(StringBuilder word) {
    if (!word.isEmpty()) {
      tallies.merge(word.toString(), 1L, Long::sum);
      word.setLength(0);
    }
  }

  private void emitTallies(RecordWriter<WordTally> output)
      throws IOException, InterruptedException {
    for (Map.Entry<String, Long> tally : tallies.entrySet()) {
      output.emit(new WordTally(tally.getKey(), tally.getValue()));
    }
    tallies.clear();
  }
}
