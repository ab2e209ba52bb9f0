package org.stellwerk.dist;

import java.io.IOException;
import java.net.BindException;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.blob.FileBlobStore;
import org.stellwerk.runtime.cluster.JobManagerConfig;
import org.stellwerk.runtime.cluster.JobManagerProcess;
import org.stellwerk.runtime.gateway.LeaderGateways;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.options.BlobOptions;
import org.stellwerk.runtime.options.JobManagerOptions;
import org.stellwerk.runtime.rest.RestConfig;
import org.stellwerk.runtime.rest.RestEndpoint;
import org.stellwerk.time.SystemClock;
import org.stellwerk.util.AutoCloseableAsync;

/**
 * The main of a JobManager: contends for leadership, serves REST, keeps the jars. With ZooKeeper or
 * files several of them may run; without, exactly one.
 */
public final class StandaloneSessionClusterEntrypoint {

  private StandaloneSessionClusterEntrypoint() {}

  /** Runs until the process is ended; arguments are -D key=value. */
  public static void main(String[] args) {
    ProcessRunner.run("JobManager", args, StandaloneSessionClusterEntrypoint::start);
  }

  private static AutoCloseableAsync start(Configuration configuration, ProcessRunner runner)
      throws Exception {
    String host = configuration.get(JobManagerOptions.RPC_ADDRESS);
    String bindHost = configuration.getOptional(JobManagerOptions.BIND_HOST).orElse(host);
    ProcessDrivers drivers =
        ProcessDrivers.open(
            configuration,
            new ProcessDrivers.RpcEndpointAddress(
                host,
                bindHost,
                configuration.get(JobManagerOptions.RPC_PORT),
                JobManagerOptions.RPC_PORT),
            runner);
    FileBlobStore blobs = openBlobs(configuration, bindHost, host, drivers);
    LeaderGateways gateways =
        new LeaderGateways(drivers.rpc(), drivers.highAvailability().newLeaderRetrieval(), runner);
    gateways.start();
    ChildJvmJarRunner programs =
        new ChildJvmJarRunner(ProcessRunner.Directories.configuration(), drivers.runtime().io());
    RestEndpoint rest =
        new RestEndpoint(
            RestConfig.fromConfiguration(configuration),
            gateways,
            blobs,
            SystemClock.INSTANCE,
            programs);
    String restAddress = startRest(rest);
    programs.serveAt(restAddress);
    ResourceID resourceId =
        configuration
            .getOptional(JobManagerOptions.RESOURCE_ID)
            .map(ResourceID::new)
            .orElseGet(() -> ProcessDrivers.generatedResourceId(drivers, host));
    JobManagerProcess process =
        JobManagerProcess.start(
            new JobManagerConfig(configuration, resourceId, restAddress),
            drivers.services(),
            blobs);
    StandbyWarmUp.schedule(gateways, drivers.rpc());
    return () -> StartedParts.closeInOrder(rest, programs, process, gateways, blobs, drivers);
  }

  private static FileBlobStore openBlobs(
      Configuration configuration, String bindHost, String host, ProcessDrivers drivers) {
    try {
      return FileBlobStore.open(configuration, bindHost, host, drivers.runtime().io());
    } catch (BindException e) {
      throw new StartupException(
          "Port "
              + configuration.get(BlobOptions.SERVER_PORT)
              + " for the blob server is taken by another process; stop that, or set another "
              + BlobOptions.SERVER_PORT.key(),
          e);
    } catch (IOException e) {
      throw new StartupException("The blob store could not start: " + e.getMessage(), e);
    }
  }

  private static String startRest(RestEndpoint rest) {
    try {
      return rest.start();
    } catch (BindException e) {
      throw new StartupException(e.getMessage(), e);
    } catch (IOException e) {
      throw new StartupException("REST could not start: " + e.getMessage(), e);
    }
  }
}
