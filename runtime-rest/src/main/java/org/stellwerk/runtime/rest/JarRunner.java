package org.stellwerk.runtime.rest;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.runtime.id.JobID;

/**
 * Runs the main method of an uploaded jar, in a process of its own: user code never runs in the
 * JobManager. Thread-safe.
 */
public interface JarRunner {

  /**
   * Runs a program up to its submission.
   *
   * @return the submitted job; fails with a JobSubmissionException, in one line, if the program
   *     ends otherwise
   */
  CompletableFuture<JobID> run(Program program);

  /**
   * What is to be run.
   *
   * @param entryClass the class with the main method; by default the one in the jar's manifest
   * @param parallelism the job's default parallelism
   */
  record Program(
      Path jar,
      Optional<String> entryClass,
      List<String> arguments,
      Optional<Integer> parallelism) {
    public Program {
      arguments = List.copyOf(arguments);
    }
  }
}
