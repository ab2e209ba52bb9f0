package org.stellwerk.examples;

import java.nio.file.Path;
import org.stellwerk.client.Job;
import org.stellwerk.client.Vertex;

/**
 * Counts the words of a text file: {@code WordCount --input FILE --output DIR [--staged]}. Lines
 * are read in parallel, split into words, partitioned by word, counted and written as {@code word
 * count}, one file per subtask of the sink. With {@code --staged} the counting begins when all
 * words are there: the job then needs only as many slots as one subtask of a stage, whatever its
 * parallelism.
 */
public final class WordCount {

  private WordCount() {}

  /** Submits the job and waits for it. */
  public static void main(String[] args) throws InterruptedException {
    Arguments arguments = Arguments.parse("WordCount --input FILE --output DIR [--staged]", args);
    build(
            arguments.inputFile("--input"),
            arguments.newDirectory("--output"),
            arguments.isSet("--staged"))
        .execute();
  }

  static Job build(Path input, Path output, boolean staged) {
    Job job = Job.named("WordCount " + input.getFileName());
    Vertex lines = job.vertex("lines", LineSource.class).config(LineSource.INPUT, input.toString());
    Vertex words = job.vertex("words", WordSplitter.class);
    Vertex counts = job.vertex("counts", WordCounter.class);
    Vertex sink = job.vertex("sink", WordSink.class).config(WordSink.OUTPUT, output.toString());
    lines.forward(words);
    if (staged) {
      words.blocking().hash(counts);
    } else {
      words.hash(counts);
    }
    counts.forward(sink);
    return job;
  }
}
