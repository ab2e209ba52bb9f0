package org.stellwerk.examples;

import java.util.Map;
import java.util.TreeMap;
import org.stellwerk.task.Environment;
import org.stellwerk.task.RecordReader;
import org.stellwerk.task.RecordWriter;
import org.stellwerk.task.TaskInvokable;

/** Adds up the tallies of each word and sends the sums on at the end of input, sorted by word. */
public final class WordCounter implements TaskInvokable {

  @Override
  public void invoke(Environment environment) throws Exception {
    RecordReader<WordTally> input = environment.input(0);
    RecordWriter<WordTally> output = environment.output(0);
    Map<String, Long> counts = new TreeMap<>();
    WordTally tally = input.next();
    while (tally != null) {
      counts.merge(tally.word(), tally.count(), Long::sum);
      tally = input.next();
    }
    for (Map.Entry<String, Long> count : counts.entrySet()) {
      output.emit(new WordTally(count.getKey(), count.getValue()));
    }
  }
}
