package org.stellwerk.rpc.akka;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
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

  @Override
  protected RpcService makeService() throws Exception {
    return AkkaRpcServiceUtils.createRemoteRpcService(Configuration.empty(), "127.0.0.1", "0");
  }

  @Override
  protected PeerProcess startPeer(@Nullable String connectTo) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                PeerProcessMain.class.getName()));
    if (connectTo != null) {
      command.add(connectTo);
    }
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

  private final class Forked implements PeerProcess {

    private final Process process;
    private final String address;

    Forked(Process process, String address) {
      this.process = process;
      this.address = address;
    }

    @Override
    public String endpointAddress() {
      return address;
    }

    @Override
    public void kill() throws Exception {
      signal("KILL");
    }

    @Override
    public void pauseFor(Duration duration) throws Exception {
      signal("STOP");
      service
          .getScheduledExecutor()
          .schedule(
              () -> {
                signal("CONT");
                return null;
              },
              duration.toMillis(),
              TimeUnit.MILLISECONDS);
    }

    private void signal(String name) throws IOException, InterruptedException {
      new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid())).start().waitFor();
    }
  }

  @Override
  protected <T> @Nullable T await(CompletableFuture<T> future) throws Throwable {
    try {
      return future.get(10, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause();
    }
  }

  @Override
  protected long nowNanos() {
    return System.nanoTime();
  }
}
