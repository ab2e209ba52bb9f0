package org.stellwerk.runtime.executiongraph;

import org.stellwerk.runtime.id.ExecutionGraphId;
import org.stellwerk.util.IdGenerator;

/**
 * Which of a job's execution graphs in one leader session it is. All have one id, as their attempts
 * follow one another.
 *
 * @param firstAttempt the number of each subtask's first attempt; above those of the graphs before
 */
public record GraphIdentity(ExecutionGraphId graphId, int firstAttempt) {

  /** That of a job's first graph. */
  public static GraphIdentity first(IdGenerator ids) {
    return new GraphIdentity(ExecutionGraphId.generate(ids), 0);
  }

  /**
   * That of a job's first graph under a later leader: its attempts are told from those before by
   * the id, and the numbers go on, as far as they are known.
   */
  public static GraphIdentity recovered(IdGenerator ids) {
    return new GraphIdentity(ExecutionGraphId.generate(ids), 1);
  }
}
