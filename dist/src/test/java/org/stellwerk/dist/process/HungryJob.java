package org.stellwerk.dist.process;

import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.stellwerk.client.Job;
import org.stellwerk.task.Environment;
import org.stellwerk.task.TaskInvokable;

/**
 * A job of one task that asks for more memory than there is, each time in another way, and from its
 * fourth attempt on for none: {@code HungryJob}, which submits it.
 */
public final class HungryJob implements TaskInvokable {

  private static final int LARGE = 4 << 20;
  private static final int SMALL = 16;

  private static @Nullable Object eaten;

  private final CountDownLatch canceled = new CountDownLatch(1);

  /** Submits the job. */
  public static void main(String[] args) {
    Job job = Job.named("Hungry");
    job.vertex("eater", HungryJob.class);
    job.submit();
  }

  @Override
  public void invoke(Environment environment) throws InterruptedException {
    switch (environment.taskInfo().attemptNumber()) {
      case 0 -> eaten = new long[Integer.MAX_VALUE];
      case 1 -> eat(LARGE);
      case 2 -> eatAll();
      default -> canceled.await();
    }
  }

  /** Keeps blocks of a size in a static field until there is no other. */
  private static void eat(int bytes) {
    while (true) {
      eaten = new Object[] {eaten, new byte[bytes]};
    }
  }

  /** Until there is no block of any size. */
  private static void eatAll() {
    for (int bytes = LARGE; bytes > SMALL; bytes /= 16) {
      try {
        eat(bytes);
      } catch (OutOfMemoryError e) {
        // A smaller one may still be had.
      }
    }
    eat(SMALL);
  }

  @Override
  public void cancel() {
    canceled.countDown();
  }
}
