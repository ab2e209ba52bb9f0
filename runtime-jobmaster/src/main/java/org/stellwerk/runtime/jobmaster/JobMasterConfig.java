package org.stellwerk.runtime.jobmaster;

import java.time.Duration;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.RpcOptions;
import org.stellwerk.runtime.heartbeat.HeartbeatConfig;
import org.stellwerk.runtime.jobmaster.slotpool.SlotPoolConfig;
import org.stellwerk.runtime.options.RuntimeOptions;
import org.stellwerk.runtime.options.SlotOptions;
import org.stellwerk.runtime.registration.RetryingRegistrationConfig;

/**
 * How a JobMaster behaves.
 *
 * @param configuration what a job's own configuration is laid over
 * @param slotRequestTimeout how long a job waits for its slots
 * @param rpcTimeout of calls to TaskExecutors and the ResourceManager
 */
public record JobMasterConfig(
    Configuration configuration,
    HeartbeatConfig heartbeat,
    RetryingRegistrationConfig registration,
    Duration slotRequestTimeout,
    Duration rpcTimeout) {

  /** How its slot pool behaves. */
  SlotPoolConfig slotPool() {
    return new SlotPoolConfig(rpcTimeout, configuration.get(SlotOptions.IDLE_TIMEOUT));
  }

  /** As configured. */
  public static JobMasterConfig from(Configuration configuration) {
    return new JobMasterConfig(
        configuration,
        RuntimeOptions.heartbeat(configuration),
        RuntimeOptions.registration(configuration),
        configuration.get(SlotOptions.REQUEST_TIMEOUT),
        configuration.get(RpcOptions.ASK_TIMEOUT));
  }
}
