package org.stellwerk.runtime.runner;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.stellwerk.runtime.messages.IOMetrics;
import org.stellwerk.runtime.taskexecutor.TaskEvents;

/** What one attempt reported, in order. */
final class RecordingEvents implements TaskEvents {

  final List<String> events = new CopyOnWriteArrayList<>();
  final CompletableFuture<IOMetrics> end = new CompletableFuture<>();
  volatile @Nullable Throwable failure;
  volatile @Nullable Throwable failing;

  @Override
  public void onInitializing() {
    events.add("INITIALIZING");
  }

  @Override
  public void onRunning() {
    events.add("RUNNING");
  }

  @Override
  public void onFailing(Throwable cause) {
    failing = cause;
  }

  @Override
  public void onFinished(IOMetrics metrics) {
    end("FINISHED", metrics);
  }

  @Override
  public void onFailed(Throwable cause, IOMetrics metrics) {
    failure = cause;
    end("FAILED", metrics);
  }

  @Override
  public void onCanceled(IOMetrics metrics) {
    end("CANCELED", metrics);
  }

  private void end(String event, IOMetrics metrics) {
    events.add(event);
    end.complete(metrics);
  }

  IOMetrics awaitEnd() {
    return end.orTimeout(20, TimeUnit.SECONDS).join();
  }

  String last() {
    return events.get(events.size() - 1);
  }
}
