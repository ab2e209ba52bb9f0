package org.stellwerk.rpc.simulation;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.RpcEndpoint;

/** The observers of a run as one; there may be none, which costs next to nothing. */
final class SimObservers implements SimObserver {

  private SimObserver[] all = {};

  void add(SimObserver observer) {
    all = Arrays.copyOf(all, all.length + 1);
    all[all.length - 1] = observer;
  }

  /** Whether anybody looks: asked before costly arguments are made. */
  boolean any() {
    return all.length > 0;
  }

  @Override
  public void onMessage(SimMessage message) {
    for (SimObserver observer : all) {
      observer.onMessage(message);
    }
  }

  @Override
  public void onArrived(long id, long nanos) {
    for (SimObserver observer : all) {
      observer.onArrived(id, nanos);
    }
  }

  @Override
  public void onLost(long id, long nanos, String why) {
    for (SimObserver observer : all) {
      observer.onLost(id, nanos, why);
    }
  }

  @Override
  public void onInvoked(
      SimNode at, RpcEndpoint endpoint, Object message, @Nullable Throwable failure) {
    for (SimObserver observer : all) {
      observer.onInvoked(at, endpoint, message, failure);
    }
  }

  @Override
  public void onFenced(SimNode at, String endpoint, String what) {
    for (SimObserver observer : all) {
      observer.onFenced(at, endpoint, what);
    }
  }

  @Override
  public void onNode(SimNode node, NodeEvent event, String detail) {
    for (SimObserver observer : all) {
      observer.onNode(node, event, detail);
    }
  }

  @Override
  public void onLink(SimLinkChange change) {
    for (SimObserver observer : all) {
      observer.onLink(change);
    }
  }

  @Override
  public void onEndpoint(SimNode node, String name, EndpointEvent event) {
    for (SimObserver observer : all) {
      observer.onEndpoint(node, name, event);
    }
  }

  @Override
  public void onEvent(SimEvent event) {
    for (SimObserver observer : all) {
      observer.onEvent(event);
    }
  }
}
