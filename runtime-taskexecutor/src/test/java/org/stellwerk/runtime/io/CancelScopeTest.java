package org.stellwerk.runtime.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class CancelScopeTest {

  private final CancelScope scope = new CancelScope();

  private Thread waiter(Object monitor, CompletableFuture<Throwable> end) {
    Thread thread =
        new Thread(
            () -> {
              try {
                synchronized (monitor) {
                  while (true) {
                    scope.await(monitor, 0);
                  }
                }
              } catch (InterruptedException | RuntimeException e) {
                end.complete(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  @Test
  void cancellationWakesWhoeverWaits() {
    List<CompletableFuture<Throwable>> ends = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      CompletableFuture<Throwable> end = new CompletableFuture<>();
      ends.add(end);
      threads.add(waiter(new Object(), end));
    }
    await().until(() -> threads.stream().allMatch(each -> each.getState() == Thread.State.WAITING));
    scope.cancel();
    for (CompletableFuture<Throwable> end : ends) {
      await().until(end::isDone);
      assertThat(end.join()).hasMessage("The task was cancelled");
    }
  }

  @Test
  void whoComesAfterTheCancellationDoesNotWait() {
    scope.cancel();
    Object monitor = new Object();
    synchronized (monitor) {
      assertThatThrownBy(() -> scope.await(monitor, 0)).isInstanceOf(InterruptedException.class);
    }
    assertThat(scope.isCanceled()).isTrue();
  }

  @Test
  void timePasses() throws Exception {
    Object monitor = new Object();
    synchronized (monitor) {
      scope.await(monitor, 1);
    }
    assertThat(scope.isCanceled()).isFalse();
  }
}
