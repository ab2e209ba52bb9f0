package org.stellwerk.runtime.taskexecutor;

/** Whether a job has a lease: NONE → HELD → TAKEN_OVER | OVER → NONE. */
public enum LeaseState {
  /** It has a JobMaster, or nothing of it is here. */
  NONE,
  /** Its tasks go on though no JobMaster has them. */
  HELD,
  /** A JobMaster of another session has taken its tasks over. */
  TAKEN_OVER,
  /** Its tasks are given up: nobody has taken them over in time, or nobody will. */
  OVER
}
