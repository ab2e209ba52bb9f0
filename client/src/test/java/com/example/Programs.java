package com.example;

import org.stellwerk.client.Job;
import org.stellwerk.client.JobExecution;
import org.stellwerk.client.ProgramException;
import org.stellwerk.task.Environment;
import org.stellwerk.task.TaskInvokable;

/** Holds the programs together; has no main method itself. */
@SuppressWarnings({"DoNotCallSuggester", "IncorrectMainMethod"}) // they are meant to be wrong
public final class Programs {

  private Programs() {}

  /** Does nothing. */
  public static final class Nothing implements TaskInvokable {
    @Override
    public void invoke(Environment environment) {}
  }

  private static Job job(String... args) {
    Job job = Job.named(args.length == 0 ? "sample" : args[0]);
    job.vertex("a", Nothing.class).rebalance(job.vertex("b", Nothing.class));
    return job;
  }

  /** Submits a job and waits. */
  public static final class Waits {
    private Waits() {}

    public static void main(String[] args) throws InterruptedException {
      job(args).execute();
      System.setProperty("com.example.waited", "yes");
    }
  }

  /** Submits a job whose vertices do not all share slots. */
  public static final class Groups {
    private Groups() {}

    public static void main(String[] args) throws InterruptedException {
      Job job = Job.named("groups");
      job.vertex("a", Nothing.class).slotSharingGroup("in");
      job.vertex("b", Nothing.class).parallelism(3).coLocationGroup("pair");
      job.execute();
    }
  }

  /** Submits a job and returns. */
  public static final class Submits {
    private Submits() {}

    public static void main(String[] args) {
      job(args).submit();
    }
  }

  /** Submits two jobs and waits for the second first. */
  public static final class Two {
    private Two() {}

    public static void main(String[] args) throws InterruptedException {
      JobExecution first = job("first").submit();
      job("second").submit().await();
      first.await();
    }
  }

  /** Submits nothing. */
  public static final class Idle {
    private Idle() {}

    public static void main(String[] args) {}
  }

  /** Fails. */
  public static final class Fails {
    private Fails() {}

    public static void main(String[] args) {
      throw new IllegalStateException("two\nlines");
    }
  }

  /** Refuses its arguments. */
  public static final class Refuses {
    private Refuses() {}

    public static void main(String[] args) {
      throw new ProgramException("Argument --input is missing");
    }
  }

  /** Tells by which class loader it was loaded. */
  public static final class Loaded {
    private Loaded() {}

    public static void main(String[] args) {
      throw new ProgramException(
          Loaded.class.getClassLoader().getClass().getSimpleName()
              + " "
              + Thread.currentThread().getContextClassLoader().getClass().getSimpleName()
              + " "
              + String.join(",", args));
    }
  }

  /** Has a main method that cannot be called. */
  public static final class NoMain {
    private NoMain() {}

    public void main(String[] args) {}
  }
}
