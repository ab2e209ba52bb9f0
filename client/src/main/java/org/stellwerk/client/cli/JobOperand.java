package org.stellwerk.client.cli;

import org.stellwerk.client.ClusterClient;
import org.stellwerk.client.ClusterException;
import org.stellwerk.runtime.id.JobID;

/** The job that was named on the command line. Stateless. */
final class JobOperand {

  private JobOperand() {}

  static JobID parse(String text) {
    try {
      return JobID.fromHexString(text);
    } catch (IllegalArgumentException e) {
      throw new CliException(String.valueOf(e.getMessage()), e);
    }
  }

  /** What the cluster's refusal means to whoever named the job. */
  static RuntimeException explain(JobID jobId, ClusterClient client, ClusterException refusal) {
    return refusal.isNotFound()
        ? new CliException(
            "There is no job " + jobId + " on " + client.address() + "; see stellwerk list -a",
            refusal)
        : refusal;
  }
}
