package org.stellwerk.peer;

import java.util.concurrent.CountDownLatch;
import org.apache.flink.runtime.execution.Environment;
import org.apache.flink.runtime.jobgraph.tasks.AbstractInvokable;

/** Emits nothing and ends when it is cancelled. */
public final class IdleSource extends AbstractInvokable {

  private final CountDownLatch canceled = new CountDownLatch(1);

  /** As Flink makes it. */
  public IdleSource(Environment environment) {
    super(environment);
  }

  @Override
  public void invoke() throws InterruptedException {
    canceled.await();
  }

  @Override
  public void cancel() {
    canceled.countDown();
  }
}
