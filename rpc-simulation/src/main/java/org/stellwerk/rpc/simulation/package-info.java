/**
 * Virtual time, a seeded network and an RpcService on both: endpoints and components written on
 * rpc-core run in one thread and the same way for the same seed.
 *
 * <pre>{@code
 * SimScheduler sim = new SimScheduler(1);                    // virtual time; 1 is the seed
 * SimNetwork net = new SimNetwork(sim);
 * SimNode a = net.newNode("a");                              // a process: rpc(), clock(), timers(), io(), ids()
 * SimNode b = net.newNode("b");
 * MyEndpoint endpoint = new MyEndpoint(b.rpc());             // its address: sim://b/name
 * endpoint.start();
 * MyGateway gateway = sim.await(a.rpc().connect(endpoint.getAddress(), MyGateway.class));
 * String answer = sim.await(gateway.ask("x"));               // or sim.awaitFailure(...)
 * sim.runFor(Duration.ofSeconds(5));                         // or runUntil(condition), runUntilIdle()
 * b.crash();                                                 // or freeze, net.isolate("b"), net.heal()
 * }</pre>
 *
 * <p>docs/simulation.md tells what the network assumes of real transports, and how to test an
 * endpoint of one's own; the package {@code example} in this module's tests is such a test.
 *
 * <p>A component without endpoint gets a {@code ManualMainThreadExecutor}; the test's own code is
 * in its main thread. A fault that reaches a node's FatalErrorHandler ends the run unless the test
 * called {@code node.fatalErrors().expectErrors()}.
 */
@NullMarked
package org.stellwerk.rpc.simulation;

import org.jspecify.annotations.NullMarked;
