package org.stellwerk.simulation;

import java.time.Duration;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.highavailability.contract.ServiceOutageContract;
import org.stellwerk.runtime.options.HighAvailabilityOptions;

class SimOutageContractTest extends ServiceOutageContract {

  @RegisterExtension
  final SimHaContractMembers members =
      new SimHaContractMembers(
          Configuration.empty()
              .with(HighAvailabilityOptions.ZOOKEEPER_SESSION_TIMEOUT, Duration.ofSeconds(3))
              .with(HighAvailabilityOptions.ZOOKEEPER_MAX_RETRY_ATTEMPTS, 1));

  @Override
  protected HighAvailabilityServices createMember() throws Exception {
    return members.newMember();
  }

  @Override
  protected void expireSession(HighAvailabilityServices member) throws Exception {
    members.expireSession(member);
  }

  @Override
  protected void stopService() throws Exception {
    members.stopService();
  }

  @Override
  protected void startService() throws Exception {
    members.startService();
  }

  @Override
  protected void cutOff(HighAvailabilityServices member) throws Exception {
    members.cutOff(member);
  }

  @Override
  protected void reconnect(HighAvailabilityServices member) throws Exception {
    members.reconnectAll();
  }
}
