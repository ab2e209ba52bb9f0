package org.stellwerk.runtime.options;

import java.util.ArrayList;
import java.util.List;
import org.stellwerk.configuration.ConfigOption;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.configuration.KnownOptions;
import org.stellwerk.rpc.RpcOptions;
import org.stellwerk.rpc.SecurityOptions;
import org.stellwerk.runtime.heartbeat.HeartbeatConfig;
import org.stellwerk.runtime.registration.RetryingRegistrationConfig;

/** All options of the runtime, and the records that components are configured with. */
public final class RuntimeOptions {

  private RuntimeOptions() {}

  /** Every option that a configuration may contain. */
  public static KnownOptions known() {
    List<ConfigOption<?>> all = new ArrayList<>();
    all.addAll(RpcOptions.all());
    all.addAll(SecurityOptions.all());
    all.addAll(JobManagerOptions.all());
    all.addAll(TaskManagerOptions.all());
    all.addAll(TaskOptions.all());
    all.addAll(ClusterOptions.all());
    all.addAll(HeartbeatOptions.all());
    all.addAll(RestOptions.all());
    all.addAll(BlobOptions.all());
    all.addAll(JobStoreOptions.all());
    all.addAll(HighAvailabilityOptions.all());
    all.addAll(SlotOptions.all());
    all.addAll(RestartStrategyOptions.all());
    all.addAll(AdaptiveSchedulerOptions.all());
    return new KnownOptions(all);
  }

  /** When to beat and when to give up. */
  public static HeartbeatConfig heartbeat(Configuration configuration) {
    return new HeartbeatConfig(
        configuration.get(HeartbeatOptions.INTERVAL),
        configuration.get(HeartbeatOptions.TIMEOUT),
        configuration.get(HeartbeatOptions.RPC_FAILURE_THRESHOLD));
  }

  /** How registrations are repeated. */
  public static RetryingRegistrationConfig registration(Configuration configuration) {
    return new RetryingRegistrationConfig(
        configuration.get(ClusterOptions.INITIAL_REGISTRATION_TIMEOUT),
        configuration.get(ClusterOptions.MAX_REGISTRATION_TIMEOUT),
        configuration.get(ClusterOptions.ERROR_REGISTRATION_DELAY),
        configuration.get(ClusterOptions.REFUSED_REGISTRATION_DELAY));
  }
}
