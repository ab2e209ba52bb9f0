package org.apache.flink.rpcbench;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs the scenarios. Options are system properties: see the README.
 *
 * <p>Arguments: {@code bench} or {@code server <contender>}.
 */
public final class Main {

    private static final String SCOPES = System.getProperty("bench.scopes", "local,jvm,proc");
    private static final String ONLY = System.getProperty("bench.only", "");
    private static final String CONTENDER = System.getProperty("bench.contender", "");
    private static final long WARMUP = Long.getLong("bench.warmup.ms", 3000);
    private static final long ITER = Long.getLong("bench.iter.ms", 1500);
    private static final int ITERS = Integer.getInteger("bench.iters", 3);
    private static final int WINDOW = Integer.getInteger("bench.window", 256);
    private static final int BURST = Integer.getInteger("bench.burst", 1024);
    /** Just below 10 MiB, the default limit of a message, which counts the envelope. */
    private static final int LARGE = Integer.getInteger("bench.large", (10 << 20) - 16 * 1024);
    private static final String OUT = System.getProperty("bench.out", "");

    private static final PrintStream REAL_OUT = System.out;

    private Main() {}

    public static void main(String[] args) {
        int status = 1;
        try {
            start(args);
            status = 0;
        } catch (Throwable t) {
            t.printStackTrace();
        } finally {
            System.exit(status); // a contender's threads must not keep a failed run alive
        }
    }

    private static void start(String[] args) throws Exception {
        if (args.length > 0 && args[0].equals("server")) {
            server(args[1]);
            return;
        }
        System.setOut(System.err); // keeps a contender's chatter out of the table
        emit(
                "contender\tscope\tscenario\tunit\tmedian\tmin\tmax\tcpu_us_per_op\talloc_B_per_op"
                        + "\tp50_us\tp99_us\tp999_us");
        for (Contender c : contenders()) {
            for (String scope : SCOPES.split(",")) {
                if (scope.equals("local") ? c.supportsLocal() : c.supportsRemote()) {
                    run(c, scope);
                }
            }
        }
    }

    private static List<Contender> contenders() {
        List<Contender> out = new ArrayList<>();
        for (Contender c : ServiceLoader.load(Contender.class)) {
            if (CONTENDER.isEmpty() || c.name().matches(CONTENDER)) {
                out.add(c);
            }
        }
        return out;
    }

    private static void run(Contender c, String scope) throws Exception {
        Process child = null;
        long childPid = 0;
        List<AutoCloseable> close = new ArrayList<>();
        try {
            String plain;
            String fenced = null;
            Contender.Node client;
            if (scope.equals("proc")) {
                List<String> cmd = new ArrayList<>();
                cmd.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
                for (String a :
                        java.lang.management.ManagementFactory.getRuntimeMXBean()
                                .getInputArguments()) {
                    cmd.add(a);
                }
                cmd.add("-cp");
                cmd.add(System.getProperty("java.class.path"));
                cmd.addAll(List.of("org.apache.flink.rpcbench.Main", "server", c.name()));
                child =
                        new ProcessBuilder(cmd)
                                .redirectError(ProcessBuilder.Redirect.INHERIT)
                                .start();
                childPid = child.pid();
                BufferedReader r =
                        new BufferedReader(new InputStreamReader(child.getInputStream()));
                plain = expect(r, "PLAIN ");
                if (c.supportsFencing()) {
                    fenced = expect(r, "FENCED ");
                }
                client = c.startNode(true);
                close.add(client);
            } else {
                Contender.Node server = c.startNode(scope.equals("jvm"));
                close.add(server);
                plain = server.startEndpoint("plain", false);
                if (c.supportsFencing()) {
                    fenced = server.startEndpoint("fenced", true);
                }
                if (scope.equals("jvm")) {
                    client = c.startNode(true);
                    close.add(client);
                } else {
                    client = server;
                }
            }
            scenarios(c, scope, client, plain, fenced, childPid);
        } finally {
            for (int i = close.size() - 1; i >= 0; i--) {
                try {
                    close.get(i).close();
                } catch (Exception e) {
                    e.printStackTrace();
                }
            }
            if (child != null) {
                child.destroyForcibly().waitFor();
            }
        }
    }

    private static String expect(BufferedReader r, String prefix) throws Exception {
        for (String line; (line = r.readLine()) != null; ) {
            if (line.startsWith(prefix)) {
                return line.substring(prefix.length());
            }
        }
        throw new IllegalStateException("server process ended before it said " + prefix);
    }

    private static void server(String name) throws Exception {
        System.setOut(System.err);
        for (Contender c : ServiceLoader.load(Contender.class)) {
            if (c.name().equals(name)) {
                Contender.Node n = c.startNode(true);
                REAL_OUT.println("PLAIN " + n.startEndpoint("plain", false));
                if (c.supportsFencing()) {
                    REAL_OUT.println("FENCED " + n.startEndpoint("fenced", true));
                }
                REAL_OUT.flush();
                while (System.in.read() >= 0) {
                    // ends when the parent ends
                }
                return;
            }
        }
        throw new IllegalArgumentException("no contender " + name);
    }

    private static void scenarios(
            Contender c,
            String scope,
            Contender.Node client,
            String plain,
            String fenced,
            long childPid)
            throws Exception {
        boolean local = scope.equals("local");
        Calls calls = client.connect(plain, false);
        SlotReport report = SlotReport.sample(20);
        byte[] big = new byte[100 * 1024];
        for (int i = 0; i < big.length; i++) {
            big[i] = (byte) (i * 31);
        }
        check(calls, report, big);
        // warms up the path that all scenarios share, so that the first row is not the cold one
        Load.pipelined(calls::ping, WINDOW, WARMUP);
        Load.pipelined(() -> calls.report(report), WINDOW, WARMUP);
        ask(c, scope, "ping", calls::ping, WINDOW, childPid);
        tell(c, scope, "tell", calls::tell, calls, childPid);
        if (!local) {
            ask(c, scope, "report20", () -> calls.report(report), WINDOW, childPid);
            tell(c, scope, "tell-report20", () -> calls.tellReport(report), calls, childPid);
            ask(c, scope, "bytes100K", () -> calls.bytes(big), Math.min(WINDOW, 16), childPid);
        }
        if (fenced != null) {
            Calls f = client.connect(fenced, true);
            check(f, report, big);
            ask(c, scope, "fenced-ping", f::ping, WINDOW, childPid);
            tell(c, scope, "fenced-tell", f::tell, f, childPid);
            if (!local) {
                besideLarge(c, scope, "ping-beside-large", calls, f, childPid);
            }
        }
        if (!local) {
            besideLarge(c, scope, "ping-behind-large", calls, calls, childPid);
        }
        if (scope.equals("proc")) {
            wire(c, "ping", calls::ping, 20_000, childPid);
            wire(c, "report20", () -> calls.report(report), 5_000, childPid);
        }
    }

    private static void check(Calls calls, SlotReport report, byte[] big) throws Exception {
        if (calls.ping().get() != 42
                || calls.report(report).get() != report.slots.size()
                || calls.bytes(big).get() != big.length) {
            throw new IllegalStateException("wrong answer");
        }
        long n = calls.tellsReceived().get();
        calls.tell();
        calls.tellReport(report);
        long m = calls.tellsReceived().get();
        if (m != n + 2) {
            throw new IllegalStateException("one-way calls not counted: " + n + " then " + m);
        }
    }

    /** Small asks, one at a time, while another thread sends one large argument after the other. */
    private static void besideLarge(
            Contender c, String scope, String what, Calls busy, Calls small, long childPid)
            throws Exception {
        if (skip(what)) {
            return;
        }
        byte[] large = new byte[LARGE];
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong transfers = new AtomicLong();
        Thread sender =
                new Thread(
                        () -> {
                            try {
                                while (!stop.get()) {
                                    if (busy.bytes(large).get(30, TimeUnit.SECONDS) != LARGE) {
                                        throw new IllegalStateException("wrong length");
                                    }
                                    transfers.incrementAndGet();
                                }
                            } catch (Exception e) {
                                emitQuietly(
                                        c.name() + "\t" + scope + "\t" + what + "-transfers\tFAILED\t"
                                                + rootCause(e));
                            }
                        },
                        "large");
        long before = System.nanoTime();
        sender.start();
        measure(c, scope, what, childPid, ms -> Load.sequential(small::ping, ms));
        double seconds = (System.nanoTime() - before) / 1e9;
        stop.set(true);
        sender.join();
        double rate = transfers.get() / seconds;
        emit(
                String.format(
                        Locale.ROOT,
                        "%s\t%s\t%s-transfers\tops/s\t%.2f\t%.2f\t%.2f\t0\t0\t\t\t",
                        c.name(), scope, what, rate, rate, rate));
    }

    private static void emitQuietly(String line) {
        try {
            emit(line);
        } catch (Exception e) {
            e.printStackTrace();
        }
    }

    private interface Iteration {
        Load.Result run(long millis) throws Exception;
    }

    private static boolean skip(String scenario) {
        return !ONLY.isEmpty() && !scenario.matches(ONLY);
    }

    private static void ask(
            Contender c, String scope, String what, Load.Ask ask, int window, long childPid)
            throws Exception {
        measure(c, scope, what + "/pipelined" + window, childPid, ms -> Load.pipelined(ask, window, ms));
        measure(c, scope, what + "/sequential", childPid, ms -> Load.sequential(ask, ms));
    }

    private static void tell(
            Contender c, String scope, String what, Runnable tell, Calls calls, long childPid)
            throws Exception {
        measure(c, scope, what, childPid, ms -> Load.tells(tell, calls, BURST, ms));
    }

    private static void measure(
            Contender c, String scope, String scenario, long childPid, Iteration it)
            throws Exception {
        if (skip(scenario)) {
            return;
        }
        try {
            it.run(WARMUP);
            double[] ops = new double[ITERS];
            double[][] q = new double[3][ITERS];
            boolean lat = false;
            long cpu = Probe.cpuNanos(childPid);
            long alloc = Probe.allocated();
            long total = 0;
            for (int i = 0; i < ITERS; i++) {
                Load.Result r = it.run(ITER);
                ops[i] = r.opsPerSecond();
                total += r.ops;
                if (r.sortedLatencies != null) {
                    lat = true;
                    q[0][i] = r.micros(0.5);
                    q[1][i] = r.micros(0.99);
                    q[2][i] = r.micros(0.999);
                }
            }
            cpu = Probe.cpuNanos(childPid) - cpu;
            alloc = Probe.allocated() - alloc;
            Arrays.sort(ops);
            String latency = "\t\t\t";
            if (lat) {
                latency =
                        String.format(
                                Locale.ROOT,
                                "\t%.1f\t%.1f\t%.1f",
                                median(q[0]),
                                median(q[1]),
                                median(q[2]));
            }
            emit(
                    String.format(
                            Locale.ROOT,
                            "%s\t%s\t%s\tops/s\t%.0f\t%.0f\t%.0f\t%.2f\t%d%s",
                            c.name(),
                            scope,
                            scenario,
                            median(ops),
                            ops[0],
                            ops[ITERS - 1],
                            cpu / 1e3 / total,
                            alloc / total,
                            latency));
        } catch (Exception e) {
            emit(c.name() + "\t" + scope + "\t" + scenario + "\tFAILED\t" + rootCause(e));
            e.printStackTrace();
        }
    }

    private static String rootCause(Throwable t) {
        while (t.getCause() != null) {
            t = t.getCause();
        }
        return t.toString().replaceAll("\\s+", " ");
    }

    private static double median(double[] v) {
        double[] s = v.clone();
        Arrays.sort(s);
        return s[s.length / 2];
    }

    /** Bytes that the two processes put on their sockets for one call, TCP payload only. */
    private static void wire(Contender c, String what, Load.Ask ask, int n, long childPid)
            throws Exception {
        String scenario = what + "/wire";
        if (skip(scenario)) {
            return;
        }
        long own = ProcessHandle.current().pid();
        for (String mode : new String[] {"sequential", "pipelined"}) {
            long[] a0 = Probe.tcp(own);
            long[] b0 = Probe.tcp(childPid);
            long ops = 0;
            if (mode.equals("sequential")) {
                for (int i = 0; i < n; i++) {
                    ask.call().get();
                }
                ops = n;
            } else {
                ops = Load.pipelined(ask, WINDOW, 1000).ops;
            }
            long[] a1 = Probe.tcp(own);
            long[] b1 = Probe.tcp(childPid);
            emit(
                    String.format(
                            Locale.ROOT,
                            "%s\tproc\t%s-%s\trequest+response B/call; segments/call\t"
                                    + "%.1f+%.1f\t%.3f+%.3f",
                            c.name(),
                            scenario,
                            mode,
                            (a1[0] - a0[0]) / (double) ops,
                            (b1[0] - b0[0]) / (double) ops,
                            (a1[1] - a0[1]) / (double) ops,
                            (b1[1] - b0[1]) / (double) ops));
        }
    }

    private static void emit(String line) throws Exception {
        REAL_OUT.println(line);
        REAL_OUT.flush();
        if (!OUT.isEmpty()) {
            Files.write(
                    Path.of(OUT),
                    (line + "\n").getBytes(StandardCharsets.UTF_8),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        }
    }
}
