package org.stellwerk.runtime.heartbeat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

final class RecordingListener implements HeartbeatListener<String> {

  final List<String> timedOut = new ArrayList<>();
  final List<String> unreachable = new ArrayList<>();
  Consumer<String> reaction = peer -> {};

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
