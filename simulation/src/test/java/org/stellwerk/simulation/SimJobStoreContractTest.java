package org.stellwerk.simulation;

import org.junit.jupiter.api.extension.RegisterExtension;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;
import org.stellwerk.runtime.highavailability.contract.JobStoreContract;

class SimJobStoreContractTest extends JobStoreContract {

  @RegisterExtension final SimHaContractMembers members = new SimHaContractMembers();

  @Override
  protected HighAvailabilityServices createMember() throws Exception {
    return members.newMember();
  }

  @Override
  protected void expireSession(HighAvailabilityServices member) throws Exception {
    members.expireSession(member);
  }
}
