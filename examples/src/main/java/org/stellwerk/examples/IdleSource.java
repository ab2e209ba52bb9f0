package org.stellwerk.examples;

import java.util.concurrent.CountDownLatch;
import org.stellwerk.task.Environment;
import org.stellwerk.task.TaskInvokable;

/** Emits nothing and ends when it is cancelled. */
public final class IdleSource implements TaskInvokable {

  private final CountDownLatch canceled = new CountDownLatch(1);

  @Override
  public void invoke(Environment environment) throws InterruptedException {
    canceled.await();
  }

  @Override
  public void cancel() {
    canceled.countDown();
  }
}
