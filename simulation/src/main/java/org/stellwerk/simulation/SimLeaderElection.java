package org.stellwerk.simulation;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.runtime.leaderelection.CallbackQueue;
import org.stellwerk.runtime.leaderelection.LeaderContender;
import org.stellwerk.runtime.leaderelection.LeaderElection;
import org.stellwerk.runtime.leaderelection.LeaderInformation;
import org.stellwerk.runtime.messages.exceptions.NotLeaderException;
import org.stellwerk.simulation.SimZnodes.LatchNode;
import org.stellwerk.simulation.SimZnodes.Session;
import org.stellwerk.util.ExceptionUtils;

/**
 * One process's candidacy, as the real driver with its latch: makes a latch node, looks where it is
 * in the queue, watches the one before it, looks again after each reconnection. Being the first it
 * begins a leader session with a fresh id, which ends when the server has ended the ZooKeeper
 * session, when a write was refused because the latch node is gone, or with {@link #closeAsync()}.
 */
final class SimLeaderElection implements LeaderElection {

  /** A leader session: what it stands by, and what it published. */
  private record Leading(UUID id, LatchNode latchNode) {}

  private final SimCoordination service;
  private final SimClient client;
  private final SimNode node;
  private final CallbackQueue callbacks;
  private CompletableFuture<Void> publications = FutureUtils.completedVoidFuture();
  private @Nullable LeaderContender contender;
  private @Nullable LatchNode latchNode;
  private @Nullable Leading leading;
  private @Nullable LeaderInformation confirmed;
  private @Nullable CompletableFuture<Void> closed;

  SimLeaderElection(SimCoordination service, SimClient client, SimNode node) {
    this.service = service;
    this.client = client;
    this.node = node;
    this.callbacks = new CallbackQueue(node.io());
  }

  @Override
  public void startLeaderElection(LeaderContender newContender) {
    if (contender != null || closed != null) {
      throw new IllegalStateException("The leader election was begun or closed before");
    }
    contender = newContender;
    client.whenFirstConnected(
        () -> {
          if (!isOver()) {
            reset();
          }
        });
  }

  private boolean isOver() {
    return contender == null || closed != null;
  }

  /** Gives the place in the queue up and takes one at its end. */
  private void reset() {
    endSession();
    replaceLatchNode(null);
    Creation creation = new Creation();
    client
        .call(SimOperation.latch("contend", creation::run))
        .whenComplete(
            (created, failure) -> {
              if (failure != null) {
                // The next reconnection finds that there is no latch node, and makes one.
                creation.abandon();
                return;
              }
              replaceLatchNode(created);
              if (isOver()) {
                replaceLatchNode(null);
              } else {
                checkLeadership();
              }
            });
  }

  /**
   * Makes one latch node, however often it is tried: a repetition finds what an attempt made whose
   * answer was lost. What is made of one that was given up is deleted.
   */
  private final class Creation {

    private @Nullable LatchNode made;
    private boolean abandoned;

    LatchNode run(Session session) {
      LatchNode found = made;
      if (found == null || !service.znodes().latch().contains(found)) {
        found = service.znodes().createLatchNode(session);
        made = found;
      }
      if (abandoned) {
        service.znodes().deleteLatchNode(found);
      }
      return found;
    }

    void abandon() {
      abandoned = true;
      if (made != null) {
        delete(made);
      }
    }
  }

  private void replaceLatchNode(@Nullable LatchNode next) {
    LatchNode before = latchNode;
    latchNode = next;
    if (before != null && before != next) {
      delete(before);
    }
  }

  /** Repeated until it works or the session has ended: a node that stays would lead for ever. */
  private void delete(LatchNode unwanted) {
    client
        .call(
            SimOperation.latch(
                "withdraw",
                session -> {
                  service.znodes().deleteLatchNode(unwanted);
                  return true;
                }))
        .whenComplete(
            (done, failure) -> {
              if (failure != null && !client.isClosed()) {
                delete(unwanted);
              }
            });
  }

  private void checkLeadership() {
    if (isOver()) {
      return;
    }
    client
        .call(SimOperation.latch("look at queue", session -> service.znodes().latch()))
        .whenComplete(
            (queue, failure) -> {
              if (failure == null && !isOver()) {
                onQueue(queue);
              }
            });
  }

  private void onQueue(List<LatchNode> queue) {
    LatchNode own = latchNode;
    int position = own == null ? -1 : queue.indexOf(own);
    if (own == null || position < 0) {
      reset();
    } else if (position == 0) {
      beginSession(own);
    } else {
      watch(queue.get(position - 1));
    }
  }

  private void watch(LatchNode before) {
    client
        .call(SimOperation.latch("watch queue", session -> service.server().watch(before, session)))
        .whenComplete(
            (exists, failure) -> {
              if (failure == null && !exists) {
                checkLeadership();
              }
            });
  }

  private void beginSession(LatchNode won) {
    LeaderContender granted = contender;
    if (leading != null || granted == null) {
      return;
    }
    UUID id = node.ids().nextUuid();
    leading = new Leading(id, won);
    won.begun(id);
    service.believes(node, id);
    guard(won);
    callbacks.deliver(() -> granted.grantLeadership(id), granted::handleError);
  }

  /** The session hears at once when its latch node is gone, and not only at its next write. */
  private void guard(LatchNode own) {
    client
        .call(SimOperation.latch("guard latch", session -> service.server().watch(own, session)))
        .whenComplete(
            (exists, failure) -> {
              if (failure == null && !exists) {
                onLatchNodeGone(own);
              }
            });
  }

  private void endSession() {
    LeaderContender revoked = contender;
    if (leading != null && revoked != null) {
      leading = null;
      confirmed = null;
      service.believesNoMore(node);
      callbacks.deliver(revoked::revokeLeadership, revoked::handleError);
    }
  }

  /** There is a connection again, with whatever session. */
  void onReconnected() {
    if (isOver()) {
      return;
    }
    checkLeadership();
    Leading current = leading;
    if (current != null) {
      guard(current.latchNode());
    }
    LeaderInformation expected = confirmed;
    if (expected != null) {
      confirmLeadership(expected);
    }
  }

  /** Whether it has something published that is to stay. */
  boolean isPublishing() {
    return confirmed != null;
  }

  /** What the leader's node holds; published again if that is something else. */
  void correct(Optional<LeaderInformation> found) {
    LeaderInformation expected = confirmed;
    if (expected != null && !found.equals(Optional.of(expected))) {
      confirmLeadership(expected);
    }
  }

  /** The server has ended the ZooKeeper session. */
  void onSessionLost() {
    endSession();
  }

  /** A watched latch node is gone: that of the one before in the queue, or of the session. */
  void onLatchNodeGone(LatchNode gone) {
    if (leading != null && leading.latchNode() == gone) {
      reset();
    } else {
      checkLeadership();
    }
  }

  @Override
  public CompletableFuture<Void> confirmLeadership(LeaderInformation information) {
    UUID session = information.sessionId();
    if (!hasLeadership(session)) {
      return FutureUtils.completedVoidFuture();
    }
    confirmed = information;
    return inTurn(
            () ->
                fenced(
                    SimOperation.Kind.PUBLISH,
                    session,
                    "publish the leader",
                    own -> service.znodes().publish(own, information)))
        .handle((ignored, failure) -> failure)
        .thenCompose(
            failure ->
                failure == null
                        || ExceptionUtils.stripCompletionException(failure)
                            instanceof NotLeaderException
                    ? FutureUtils.completedVoidFuture()
                    : CompletableFuture.failedFuture(failure));
  }

  @Override
  public boolean hasLeadership(UUID leaderSessionId) {
    return latchNodeOf(leaderSessionId).isPresent();
  }

  private Optional<LatchNode> latchNodeOf(UUID leaderSessionId) {
    Leading now = leading;
    return now != null && now.id().equals(leaderSessionId)
        ? Optional.of(now.latchNode())
        : Optional.empty();
  }

  /**
   * A write on condition that the leader session's latch node exists; refused without asking if the
   * session is over as far as this process knows.
   *
   * @param step runs at the server
   */
  CompletableFuture<Void> write(UUID leaderSessionId, String what, Runnable step) {
    return fenced(SimOperation.Kind.WRITE, leaderSessionId, what, own -> step.run());
  }

  private CompletableFuture<Void> fenced(
      SimOperation.Kind kind, UUID leaderSessionId, String what, Consumer<LatchNode> step) {
    Optional<LatchNode> own = latchNodeOf(leaderSessionId);
    if (own.isEmpty()) {
      return CompletableFuture.failedFuture(
          new NotLeaderException(
              "Cannot " + what + ": session " + leaderSessionId + " does not lead"));
    }
    SimOperation<Boolean> operation =
        new SimOperation<>(
            what,
            kind,
            session -> {
              service.znodes().checkLatchNode(own.get(), what);
              step.accept(own.get());
              return true;
            });
    return client
        .call(operation)
        .whenComplete((ignored, failure) -> onWritten(leaderSessionId, failure))
        .thenAccept(ignored -> {});
  }

  private void onWritten(UUID leaderSessionId, @Nullable Throwable failure) {
    if (failure != null
        && ExceptionUtils.stripCompletionException(failure) instanceof NotLeaderException
        && hasLeadership(leaderSessionId)) {
      reset();
    }
  }

  private CompletableFuture<Void> inTurn(Supplier<CompletableFuture<Void>> step) {
    CompletableFuture<Void> done =
        publications.handle((ignored, failure) -> true).thenCompose(ignored -> step.get());
    publications = done;
    return done;
  }

  @Override
  public CompletableFuture<Void> closeAsync() {
    CompletableFuture<Void> running = closed;
    if (running != null) {
      return running;
    }
    CompletableFuture<Void> done = new CompletableFuture<>();
    closed = done;
    if (contender == null) {
      done.complete(null);
      return done;
    }
    Leading last = leading;
    boolean published = confirmed != null;
    endSession();
    FutureUtils.composeAfterwards(
            inTurn(
                () ->
                    published && last != null
                        ? unpublish(last)
                        : FutureUtils.completedVoidFuture()),
            Runnable::run,
            () -> {
              replaceLatchNode(null);
              return callbacks.flush();
            })
        .whenComplete((ignored, failure) -> done.complete(null));
    return done;
  }

  /** Nobody is to find the leader's address from now on; without a connection it goes later. */
  private CompletableFuture<Void> unpublish(Leading last) {
    if (!client.isConnected()) {
      return FutureUtils.completedVoidFuture();
    }
    return client
        .call(
            SimOperation.publish(
                "unpublish the leader",
                session -> {
                  service.znodes().checkLatchNode(last.latchNode(), "Unpublishing the leader");
                  service.znodes().unpublish();
                  return true;
                }))
        .thenAccept(ignored -> {});
  }
}
