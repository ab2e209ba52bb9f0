package org.stellwerk.runtime.heartbeat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

final class RecordingListener implements HeartbeatListener<String> {

  final List<String> timedOut = new ArrayList<>();
  final List<String> unreachable = new ArrayList<>();
  Consumer<String> reaction = peer -> {};

  final List<String> asked = new ArrayList<>();
  Function<String, CompletableFuture<Boolean>> answers =
      peer -> CompletableFuture.completedFuture(false);

  @Override
  public CompletableFuture<Boolean> answers(String peer) {
    asked.add(peer);
    return answers.apply(peer);
  }

  @Override
  public void notifyHeartbeatTimeout(String peer) {
    timedOut.add(peer);
    reaction.accept(peer);
  }

  @Override
  public void notifyTargetUnreachable(String peer) {
    unreachable.add(peer);
    reaction.accept(peer);
  }
}
