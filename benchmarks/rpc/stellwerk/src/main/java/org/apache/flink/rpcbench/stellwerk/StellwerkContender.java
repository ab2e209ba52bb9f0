package org.apache.flink.rpcbench.stellwerk;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.flink.rpcbench.Calls;
import org.apache.flink.rpcbench.Contender;
import org.apache.flink.rpcbench.SlotReport;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.rpc.FencedRpcEndpoint;
import org.stellwerk.rpc.FencedRpcGateway;
import org.stellwerk.rpc.RpcEndpoint;
import org.stellwerk.rpc.RpcGateway;
import org.stellwerk.rpc.RpcService;
import org.stellwerk.rpc.RpcSystem;

/** Stellwerk's RpcService as {@code RpcSystem.load()} gives it, in its default configuration. */
public final class StellwerkContender implements Contender {

    private static final UUID TOKEN = new UUID(0x1122334455667788L, 0x99aabbccddeeff00L);

    /** Extra options, e.g. {@code akka.framesize=64 mb}. */
    private static final String EXTRA = System.getProperty("bench.stellwerk.conf", "");

    @Override
    public String name() {
        return "stellwerk" + (EXTRA.isEmpty() ? "" : "+conf");
    }

    private static Configuration configuration() {
        Configuration conf = Configuration.empty();
        for (String kv : EXTRA.split(";")) {
            if (kv.contains("=")) {
                conf =
                        conf.with(
                                kv.substring(0, kv.indexOf('=')).trim(),
                                kv.substring(kv.indexOf('=') + 1).trim());
            }
        }
        return conf;
    }

    @Override
    public Node startNode(boolean remote) throws Exception {
        RpcSystem system = RpcSystem.load();
        RpcService service =
                remote
                        ? system.remoteServiceBuilder(configuration(), "127.0.0.1", "0")
                                .createAndStart()
                        : system.localServiceBuilder(configuration()).createAndStart();
        return new StellwerkNode(service);
    }

    private static final class StellwerkNode implements Node {
        private final RpcService service;

        StellwerkNode(RpcService service) {
            this.service = service;
        }

        @Override
        public String startEndpoint(String name, boolean fenced) {
            RpcEndpoint e =
                    fenced ? new FencedEndpoint(service, name) : new PlainEndpoint(service, name);
            e.start();
            return e.getAddress();
        }

        @Override
        public Calls connect(String address, boolean fenced) throws Exception {
            BenchMethods gw =
                    fenced
                            ? service.connect(address, TOKEN, FencedBenchGateway.class)
                                    .get(30, TimeUnit.SECONDS)
                            : service.connect(address, PlainBenchGateway.class)
                                    .get(30, TimeUnit.SECONDS);
            return new GatewayCalls(gw);
        }

        @Override
        public void close() throws Exception {
            service.closeAsync().get(30, TimeUnit.SECONDS);
        }
    }

    /** The methods of both gateways. */
    public interface BenchMethods {
        CompletableFuture<Integer> ping();

        CompletableFuture<Integer> report(Report report);

        CompletableFuture<Integer> bytes(byte[] bytes);

        void tell();

        void tellReport(Report report);

        CompletableFuture<Long> tellsReceived();
    }

    /** Unfenced gateway. */
    public interface PlainBenchGateway extends BenchMethods, RpcGateway {}

    /** Fenced gateway. */
    public interface FencedBenchGateway extends BenchMethods, FencedRpcGateway<UUID> {}

    /** Unfenced endpoint. */
    public static final class PlainEndpoint extends RpcEndpoint implements PlainBenchGateway {
        private long tells;

        PlainEndpoint(RpcService service, String name) {
            super(service, name);
        }

        @Override
        public CompletableFuture<Integer> ping() {
            return CompletableFuture.completedFuture(42);
        }

        @Override
        public CompletableFuture<Integer> report(Report report) {
            return CompletableFuture.completedFuture(report.slots().size());
        }

        @Override
        public CompletableFuture<Integer> bytes(byte[] bytes) {
            return CompletableFuture.completedFuture(bytes.length);
        }

        @Override
        public void tell() {
            tells++;
        }

        @Override
        public void tellReport(Report report) {
            tells++;
        }

        @Override
        public CompletableFuture<Long> tellsReceived() {
            return CompletableFuture.completedFuture(tells);
        }
    }

    /** Fenced endpoint. */
    public static final class FencedEndpoint extends FencedRpcEndpoint<UUID>
            implements FencedBenchGateway {
        private long tells;

        FencedEndpoint(RpcService service, String name) {
            super(service, name, TOKEN);
        }

        @Override
        public CompletableFuture<Integer> ping() {
            return CompletableFuture.completedFuture(42);
        }

        @Override
        public CompletableFuture<Integer> report(Report report) {
            return CompletableFuture.completedFuture(report.slots().size());
        }

        @Override
        public CompletableFuture<Integer> bytes(byte[] bytes) {
            return CompletableFuture.completedFuture(bytes.length);
        }

        @Override
        public void tell() {
            tells++;
        }

        @Override
        public void tellReport(Report report) {
            tells++;
        }

        @Override
        public CompletableFuture<Long> tellsReceived() {
            return CompletableFuture.completedFuture(tells);
        }
    }

    private static final class GatewayCalls implements Calls {
        private final BenchMethods gw;

        GatewayCalls(BenchMethods gw) {
            this.gw = gw;
        }

        @Override
        public CompletableFuture<Integer> ping() {
            return gw.ping();
        }

        @Override
        public CompletableFuture<Integer> report(SlotReport report) {
            return gw.report(Report.of(report));
        }

        @Override
        public CompletableFuture<Integer> bytes(byte[] bytes) {
            return gw.bytes(bytes);
        }

        @Override
        public void tell() {
            gw.tell();
        }

        @Override
        public void tellReport(SlotReport report) {
            gw.tellReport(Report.of(report));
        }

        @Override
        public CompletableFuture<Long> tellsReceived() {
            return gw.tellsReceived();
        }
    }
}
