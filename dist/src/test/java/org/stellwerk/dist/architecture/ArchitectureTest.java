package org.stellwerk.dist.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The layers of docs/ARCHITECTURE.md, held against the code. */
final class ArchitectureTest {

  private static final String[] JOB_MASTER = {
    "org.stellwerk.runtime.dispatcher..",
    "org.stellwerk.runtime.jobmaster..",
    "org.stellwerk.runtime.executiongraph..",
    "org.stellwerk.runtime.scheduler.."
  };
  private static final String[] TASK_EXECUTOR = {
    "org.stellwerk.runtime.taskexecutor..",
    "org.stellwerk.runtime.io..",
    "org.stellwerk.runtime.runner.."
  };
  private static final String[] RESOURCE_MANAGER = {"org.stellwerk.runtime.resourcemanager.."};
  private static final String[] DRIVERS = {
    "org.stellwerk.rpc.akka..",
    "org.stellwerk.runtime.highavailability.zookeeper..",
    "org.stellwerk.runtime.rest..",
    "org.stellwerk.dist.."
  };

  private static JavaClasses classes;

  @BeforeAll
  static void read() {
    classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.stellwerk");
  }

  @Test
  void componentsMeetThroughGatewaysOnly() {
    apart(JOB_MASTER, TASK_EXECUTOR);
    apart(JOB_MASTER, RESOURCE_MANAGER);
    apart(TASK_EXECUTOR, JOB_MASTER);
    apart(TASK_EXECUTOR, RESOURCE_MANAGER);
    apart(RESOURCE_MANAGER, JOB_MASTER);
    apart(RESOURCE_MANAGER, TASK_EXECUTOR);
  }

  @Test
  void componentsKnowNoDriver() {
    apart(JOB_MASTER, DRIVERS);
    apart(TASK_EXECUTOR, DRIVERS);
    apart(RESOURCE_MANAGER, DRIVERS);
    apart(new String[] {"org.stellwerk.runtime.cluster.."}, DRIVERS);
  }

  @Test
  void taskExecutorControlCodeKnowsNoThreadsOrChannels() {
    apart(
        new String[] {"org.stellwerk.runtime.taskexecutor.."},
        new String[] {"org.stellwerk.runtime.io..", "org.stellwerk.runtime.runner.."});
  }

  @Test
  void rpcCoreKnowsNothingAboveIt() {
    apart(
        new String[] {
          "org.stellwerk.rpc",
          "org.stellwerk.rpc.codec..",
          "org.stellwerk.rpc.dispatch..",
          "org.stellwerk.rpc.messages..",
          "org.stellwerk.util..",
          "org.stellwerk.time..",
          "org.stellwerk.concurrent..",
          "org.stellwerk.configuration.."
        },
        new String[] {
          "org.stellwerk.runtime..", "org.stellwerk.rpc.akka..", "org.stellwerk.task.."
        });
  }

  @Test
  void userCodeCompilesAgainstTheTaskApiAndTheClientOnly() {
    apart(
        new String[] {"org.stellwerk.task.."},
        new String[] {"org.stellwerk.runtime..", "org.stellwerk.rpc..", "org.stellwerk.client.."});
    apart(
        new String[] {"org.stellwerk.examples.."},
        new String[] {"org.stellwerk.runtime..", "org.stellwerk.rpc.."});
  }

  @Test
  void packagesAboveTheMechanismHaveNoCycles() {
    slices().matching("org.stellwerk.runtime.(*)..").should().beFreeOfCycles().check(classes);
  }

  private static void apart(String[] these, String[] fromThose) {
    noClasses()
        .that()
        .resideInAnyPackage(these)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(fromThose)
        .allowEmptyShould(true)
        .check(classes);
  }
}
