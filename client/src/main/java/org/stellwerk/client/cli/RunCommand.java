package org.stellwerk.client.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.stellwerk.client.ClusterClient;
import org.stellwerk.client.ClusterContext;
import org.stellwerk.client.ClusterException;
import org.stellwerk.client.DetachedExit;
import org.stellwerk.client.ExecutionContext;
import org.stellwerk.client.JobExecution;
import org.stellwerk.client.ProgramException;
import org.stellwerk.runtime.messages.JobResult;
import org.stellwerk.runtime.messages.SerializedThrowable;

/**
 * {@code stellwerk run}: runs the program's main method in this process and waits for the jobs that
 * it submitted and did not wait for itself. Succeeds only if every job FINISHED.
 */
final class RunCommand {

  private final CommandLine line;
  private final ClusterClient client;
  private final Console console;
  private final ProgressPrinter printer;
  private final List<JobExecution> submitted = new ArrayList<>();

  RunCommand(CommandLine line, ClusterClient client, Console console) {
    this.line = line;
    this.client = client;
    this.console = console;
    this.printer = new ProgressPrinter(console, line.has(Option.DETACHED));
  }

  int run() throws InterruptedException, IOException {
    int parallelism = line.parallelism();
    boolean detached = line.has(Option.DETACHED);
    Path jar = Path.of(line.jar());
    try (UserProgram program = UserProgram.open(jar, line.value(Option.CLASS))) {
      ClusterContext.Settings settings =
          new ClusterContext.Settings(parallelism, line.defined(), detached);
      ClusterContext cluster =
          new ClusterContext(client, settings, List.of(program.jar()), printer);
      Thread hint = new Thread(printer::printStillRunning, "still-running-hint");
      if (!detached) {
        Runtime.getRuntime().addShutdownHook(hint);
      }
      boolean ok = runMain(program, job -> remember(cluster.submit(job)));
      ok = ok ? detached || awaitAll() : giveUp();
      removeHook(hint);
      return ok ? CliFrontend.OK : CliFrontend.FAILED;
    }
  }

  private JobExecution remember(JobExecution execution) {
    submitted.add(execution);
    return execution;
  }

  private boolean runMain(UserProgram program, ExecutionContext context) {
    try {
      ExecutionContext.<Throwable>runIn(context, () -> program.run(line.programArguments()));
    } catch (DetachedExit e) {
      return true;
    } catch (Throwable e) {
      console.error(describe(program, e), e);
      return false;
    }
    if (submitted.isEmpty()) {
      console.error("The program " + program.className() + " ended without submitting a job");
      return false;
    }
    return true;
  }

  private String describe(UserProgram program, Throwable failure) {
    String message = failure.getMessage();
    if (message != null
        && (failure instanceof ProgramException || failure instanceof ClusterException)) {
      return message;
    }
    return "The program "
        + program.className()
        + " failed: "
        + failure
        + (console.verbose() ? "" : " (run with --verbose for the stack trace)");
  }

  /** Whether all jobs finished; tells why those that did not have not. */
  private boolean awaitAll() throws InterruptedException {
    boolean allFinished = true;
    for (JobExecution execution : submitted) {
      JobResult result = execution.await();
      allFinished &= result.isSuccess();
      if (!result.isSuccess()) {
        explain(result);
      }
    }
    return allFinished;
  }

  /** The program failed: tells what became of its jobs, without waiting for any. */
  private boolean giveUp() {
    printer.results().values().stream()
        .filter(result -> !result.isSuccess())
        .forEach(this::explain);
    printer.printStillRunning();
    return false;
  }

  private void explain(JobResult result) {
    SerializedThrowable failure = result.failure();
    if (failure == null) {
      console.error("Job " + result.jobId() + " ended " + result.status());
      return;
    }
    String origin =
        client.requestFailureOrigin(result.jobId()).map(text -> " (" + text + ")").orElse("");
    console.error(
        "Job "
            + result.jobId()
            + " failed: "
            + failure.rootCause().describe()
            + origin
            + (console.verbose() ? "" : "; run with --verbose for the stack trace"));
    if (console.verbose()) {
      console.err().println(failure.stackTrace());
    }
  }

  private static void removeHook(Thread hint) {
    try {
      Runtime.getRuntime().removeShutdownHook(hint);
    } catch (IllegalStateException e) {
      // The process is ending already: the hook runs, as it should.
      return;
    }
  }
}
