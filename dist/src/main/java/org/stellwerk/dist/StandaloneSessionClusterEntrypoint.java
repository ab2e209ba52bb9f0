package org.stellwerk.dist;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.stellwerk.concurrent.FutureUtils;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.blob.BlobServices;
import org.stellwerk.runtime.cluster.JobManagerConfig;
import org.stellwerk.runtime.cluster.JobManagerProcess;
import org.stellwerk.runtime.gateway.LeaderGateways;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.options.HighAvailabilityOptions;
import org.stellwerk.runtime.options.JobManagerOptions;
import org.stellwerk.runtime.rest.RestEndpoint;
import org.stellwerk.util.AutoCloseableAsync;

/**
 * The main of a JobManager: contends for leadership, serves REST, keeps the jars. With ZooKeeper
 * several of them may run; without, exactly one.
 */
public final class StandaloneSessionClusterEntrypoint {

  private StandaloneSessionClusterEntrypoint() {}

  /** Runs until the process is ended; arguments are -D key=value. */
  public static void main(String[] args) {
    ProcessRunner.run("JobManager", args, StandaloneSessionClusterEntrypoint::start);
  }
}
