package org.stellwerk.rpc.akka;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.simulation.contract.RpcPeerContract;

/** Dead and paused peers for real: JVMs that get SIGKILL and SIGSTOP. */
class AkkaRpcPeerContractTest extends RpcPeerContract {

  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void endProcesses() {
    processes.forEach(Process::destroyForcibly);
  }

  /** The settings of all processes. */
  Configuration configuration() throws Exception {
    return Patience.CONFIGURATION;
  }

  @Override
  protected Duration soon() {
    return Patience.ENDLESS;
  }

  @Override
  protected RpcService makeService() throws Exception {
    return AkkaRpcServiceUtils.createRemoteRpcService(configuration(), "127.0.0.1", "0");
  }

  @Override
  protected PeerProcess startPeer(@Nullable String connectTo) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                PeerProcessMain.class.getName(),
                connectTo == null ? "" : connectTo));
    configuration().toMap().forEach((key, value) -> command.add(key + "=" + value));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    processes.add(process);
    BufferedReader output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = output.readLine();
    while (line != null && !line.startsWith("akka://")) {
      line = output.readLine();
    }
    if (line == null) {
      throw new IOException("The peer process did not start");
    }
    return new Forked(process, line);
  }

  private record Forked(Process process, String endpointAddress) implements PeerProcess {

    @Override
    public void kill() throws Exception {
      signal("KILL");
    }

    @Override
    public void pause() throws Exception {
      Path state = Path.of("/proc", String.valueOf(process.pid()), "stat");
      Assumptions.assumeTrue(Files.exists(state), "needs /proc to know that it stands still");
      signal("STOP");
      // The state follows the name, which is in parentheses.
      Patience.until(() -> Files.readString(state).replaceFirst(".*\\) ", "").startsWith("T"));
    }

    @Override
    public void resume() throws Exception {
      signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
      new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
    }
  }

  @Override
  protected <T> @Nullable T await(CompletableFuture<T> future) throws Throwable {
    return Patience.await(future);
  }

  @Override
  protected long nowNanos() {
    return System.nanoTime();
  }
}
