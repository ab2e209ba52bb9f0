package org.stellwerk.simulation.schedule;

import java.util.List;
import org.stellwerk.runtime.jobgraph.ShipStrategy;
import org.stellwerk.runtime.messages.Availability;

/**
 * What a client asks of the cluster, or of the Dispatcher that it takes for the leader. Jobs have
 * numbers from 1 on.
 */
public sealed interface Order extends Action {

  /** Whom a client asks. */
  enum Via {
    /** The Dispatcher that is published at this moment; the order lapses if there is none. */
    LEADER,
    /** The one that it talked to last, whatever has become of it; the leader if there is none. */
    KNOWN,
    /** The published one, but with the token of another session: it must refuse. */
    WRONG_TOKEN
  }

  /** How the vertices of a job share slots. */
  enum Sharing {
    /** All share slots; all end in the same way at the same time. */
    ONE_GROUP,
    /**
     * Each is in a group of its own. They run longer and longer, and all but the last finish: so
     * the job needs fewer and fewer slots, and all of them when it starts again.
     */
    GROUPS,
    /** Subtask i of all must share a slot. They are not connected, so each fails by itself. */
    CO_LOCATED
  }

  /** Carries out orders. */
  interface Client {

    /** Submits a job for the first time. */
    void submit(Submit order);

    /** Submits a job of stages for the first time. */
    void submitStaged(SubmitStaged order);

    /** Submits a graph that was submitted before; nothing if it was not. */
    void submitAgain(int job, Via via);

    /** Cancels a job. */
    void cancel(int job, Via via);

    /** Changes the bounds of a job's parallelism; nothing if it was not submitted. */
    void rescale(int job, int lower, int upper, Via via);

    /** Asks for a job's state. */
    void status(int job, Via via);

    /** Cordons, drains or opens a TaskManager. */
    void setAvailability(String taskManager, Availability.Mode mode);
  }

  /** Has the client carry it out. */
  void give(Client client);

  @Override
  default List<String> nodes() {
    return List.of();
  }

  /** A new job. */
  record Submit(int job, JobShape shape, JobTasks tasks, JobSettings settings, Via via)
      implements Order {
    @Override
    public void give(Client client) {
      client.submit(this);
    }
  }

  /**
   * A new job of vertices in a row, each of which begins when the one before has finished; the last
   * one ends as it says.
   *
   * @param stages their number
   * @param edges how each stage's records reach the next one
   * @param tasks what the subtasks of the last stage do; those of the others finish
   */
  record SubmitStaged(
      int job, int stages, int parallelism, ShipStrategy edges, JobTasks tasks, Via via)
      implements Order {
    @Override
    public void give(Client client) {
      client.submitStaged(this);
    }
  }

  /** What a client does that does not know what became of its submission. */
  record SubmitAgain(int job, Via via) implements Order {
    @Override
    public void give(Client client) {
      client.submitAgain(job, via);
    }
  }

  /** The job is to be cancelled. */
  record Cancel(int job, Via via) implements Order {
    @Override
    public void give(Client client) {
      client.cancel(job, via);
    }
  }

  /** A TaskManager is to be cordoned, drained, or used again. */
  record SetAvailability(String taskManager, Availability.Mode mode) implements Order {
    @Override
    public List<String> nodes() {
      return List.of(taskManager);
    }

    @Override
    public void give(Client client) {
      client.setAvailability(taskManager, mode);
    }
  }

  /**
   * All vertices of the job get other bounds of their parallelism.
   *
   * @param atLeast the lower one, from 1 on
   * @param more by how much the upper one is higher
   */
  record Rescale(int job, int atLeast, int more, Via via) implements Order {
    @Override
    public void give(Client client) {
      client.rescale(job, atLeast, atLeast + more, via);
    }
  }

  /** The job's state is asked for. */
  record Status(int job, Via via) implements Order {
    @Override
    public void give(Client client) {
      client.status(job, via);
    }
  }
}
