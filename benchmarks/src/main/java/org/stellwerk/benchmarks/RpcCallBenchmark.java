package org.stellwerk.benchmarks;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.RpcGateway;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.RpcSystem;
import org.stellwerk.rpc.RpcUtils;

/** What one call costs: within a process, and between two services over loopback. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class RpcCallBenchmark {

  private static final int WINDOW = 256;

  /** The gateway that is called. */
  public interface PingGateway extends RpcGateway {
    /** Answers the number. */
    CompletableFuture<Integer> ping(int number);
  }

  /** Answers pings. */
  public static final class PingEndpoint extends RpcEndpoint implements PingGateway {
    PingEndpoint(RpcService rpc) {
      super(rpc, "ping");
    }

    @Override
    public CompletableFuture<Integer> ping(int number) {
      return CompletableFuture.completedFuture(number);
    }
  }

  private RpcService server;
  private RpcService client;
  private PingGateway local;
  private PingGateway remote;

  /** Starts two services and connects them. */
  @Setup
  public void start() throws Exception {
    RpcSystem system = RpcSystem.load();
    server = system.remoteServiceBuilder(Configuration.empty(), "localhost", "0").createAndStart();
    client = system.remoteServiceBuilder(Configuration.empty(), "localhost", "0").createAndStart();
    PingEndpoint endpoint = new PingEndpoint(server);
    endpoint.start();
    local = endpoint.getSelfGateway(PingGateway.class);
    remote = client.connect(endpoint.getAddress(), PingGateway.class).get();
  }

  /** Stops both services. */
  @TearDown
  public void stop() throws Exception {
    RpcUtils.terminateRpcService(client, server);
  }

  /** Asks within the process, 256 in flight. */
  @Benchmark
  @OperationsPerInvocation(WINDOW)
  public void localAsk() throws Exception {
    window(local);
  }

  /** Asks over loopback, 256 in flight. */
  @Benchmark
  @OperationsPerInvocation(WINDOW)
  public void remoteAsk() throws Exception {
    window(remote);
  }

  /** Asks over loopback, one at a time. */
  @Benchmark
  public int remoteAskAlone() throws Exception {
    return remote.ping(1).get();
  }

  private static void window(PingGateway gateway) throws ExecutionException, InterruptedException {
    CompletableFuture<?>[] answers = new CompletableFuture<?>[WINDOW];
    for (int i = 0; i < WINDOW; i++) {
      answers[i] = gateway.ping(i);
    }
    CompletableFuture.allOf(answers).get();
  }
}
