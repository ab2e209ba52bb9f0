package org.stellwerk.runtime.jobmaster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.simulation.ManualMainThreadExecutor;
import org.stellwerk.rpc.simulation.SimNetwork;
import org.stellwerk.rpc.simulation.SimNode;
import org.stellwerk.rpc.simulation.SimScheduler;
import org.stellwerk.runtime.executiongraph.TestGraphs;
import org.stellwerk.runtime.id.JobMasterId;
import org.stellwerk.runtime.id.ResourceID;
import org.stellwerk.runtime.messages.JobStatus;
import org.stellwerk.runtime.messages.ResourceRequirements;

/** How the ResourceManager hears of a job's need. */
class ResourceManagerConnectionTest {

  private static final UUID SESSION = new UUID(3, 3);

  private final SimScheduler sim = new SimScheduler(7);
  private final SimNetwork net = new SimNetwork(sim);
  private final SimNode node = net.newNode("jm");
  private final SimNode rmNode = net.newNode("rm");
  private final TestingResourceManager resourceManager =
      new TestingResourceManager(rmNode.rpc(), SESSION);
  private final ResourceManagerConnection connection =
      new ResourceManagerConnection(
          new ResourceManagerConnection.Parties(
              TestGraphs.jobId(1),
              new JobMasterId(SESSION),
              new ResourceID("jm"),
              "address",
              resourceManager.getAddress()),
          node.rpc(),
          JobMasterConfig.from(Configuration.empty()),
          new ManualMainThreadExecutor(sim),
          NodeServices.of(node));

  @BeforeEach
  void start() {
    resourceManager.start();
  }

  private void connect() {
    connection.start();
    sim.runUntil(connection::isConnected, Duration.ofSeconds(5));
  }

  private List<Long> versions() {
    sim.runFor(Duration.ofSeconds(1));
    return resourceManager.declarations.stream().map(ResourceRequirements::version).toList();
  }

  @Test
  void aNeedThatIsDeclaredBeforeThereIsAConnectionIsSentWithIt() {
    connection.declare(1, 2);
    connection.declare(2, 3);
    assertThat(versions()).isEmpty();
    connect();
    assertThat(versions()).containsExactly(2L);
  }

  @Test
  void aLargerNeedIsSentAtOnceAndOfSmallerOnesOfOneTurnTheLast() {
    connect();
    connection.declare(1, 5);
    connection.declare(2, 6);
    connection.declare(3, 5);
    connection.declare(4, 4);
    connection.declare(5, 3);
    assertThat(versions()).containsExactly(1L, 2L, 5L);
    connection.declare(6, 2);
    assertThat(versions()).containsExactly(1L, 2L, 5L, 6L);
  }

  @Test
  void aSmallerNeedReplacesOneThatIsNotAcknowledged() {
    connect();
    resourceManager.refuseDeclarations = 1;
    connection.declare(1, 5);
    connection.declare(2, 4);
    sim.runFor(Duration.ofMinutes(1));
    assertThat(versions()).containsExactly(1L, 2L);
  }

  @Test
  void theNeedIsDeclaredAgainToWhomeverItRegistersAt() {
    connect();
    connection.declare(1, 5);
    assertThat(versions()).containsExactly(1L);
    connection.reconnect("test");
    assertThat(versions()).containsExactly(1L, 1L);
  }

  @Test
  void oneThatRejectsIsAskedAgainLater() {
    resourceManager.refuseRegistrations = 1;
    connection.declare(1, 5);
    connection.start();
    sim.runFor(Duration.ofSeconds(1));
    assertThat(connection.isConnected()).isFalse();
    assertThat(resourceManager.registrations).isEqualTo(1);
    sim.runUntil(connection::isConnected, Duration.ofMinutes(1));
    assertThat(resourceManager.registrations).isEqualTo(2);
    assertThat(versions()).containsExactly(1L);
  }

  @Test
  void oneThatCannotBeReachedIsLeftBeforeTheTimeoutAndRegisteredAtOnceItIsBack() {
    connect();
    connection.declare(1, 5);
    sim.await(resourceManager.closeAsync());
    sim.runUntil(() -> !connection.isConnected(), Duration.ofSeconds(5));
    TestingResourceManager successor = new TestingResourceManager(rmNode.rpc(), SESSION);
    successor.start();
    sim.runUntil(connection::isConnected, Duration.ofMinutes(1));
    sim.runFor(Duration.ofSeconds(1));
    assertThat(successor.registrations).isEqualTo(1);
    assertThat(successor.declarations)
        .extracting(ResourceRequirements::version)
        .containsExactly(1L);
  }

  @Test
  void closedDuringTheRegistrationItDoesNotRegister() {
    resourceManager.refuseRegistrations = 1;
    connection.start();
    sim.runFor(Duration.ofSeconds(1));
    connection.close(JobStatus.CANCELED, "test");
    sim.runFor(Duration.ofMinutes(2));
    assertThat(resourceManager.registrations).isEqualTo(1);
    assertThat(resourceManager.disconnects).isEmpty();
  }

  @Test
  void nothingIsDeclaredAfterTheEnd() {
    connect();
    connection.declare(1, 5);
    connection.close(JobStatus.FINISHED, "test");
    connection.declare(2, 6);
    assertThat(versions()).containsExactly(1L);
    assertThat(connection.isConnected()).isFalse();
  }
}
