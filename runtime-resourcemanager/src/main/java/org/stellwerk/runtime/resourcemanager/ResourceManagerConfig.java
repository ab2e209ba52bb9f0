package org.stellwerk.runtime.resourcemanager;

import java.time.Duration;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.RpcOptions;
import org.stellwerk.runtime.options.HeartbeatOptions;
import org.stellwerk.runtime.options.SlotOptions;

/**
 * How a ResourceManager behaves.
 *
 * @param heartbeatTimeout the silence after which a peer is gone
 * @param requestTimeout how long a TaskExecutor may take to allocate a slot
 * @param startUpTime how long after the start a lack of slots is not reported; negative for ever
 */
public record ResourceManagerConfig(
    Duration heartbeatTimeout, Duration requestTimeout, Duration startUpTime) {

  /** What the configuration says. */
  public static ResourceManagerConfig fromConfiguration(Configuration configuration) {
    return new ResourceManagerConfig(
        configuration.get(HeartbeatOptions.TIMEOUT),
        configuration.get(RpcOptions.ASK_TIMEOUT),
        configuration.get(SlotOptions.RM_START_UP_TIME));
  }
}
