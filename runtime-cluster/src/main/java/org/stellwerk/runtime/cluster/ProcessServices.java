package org.stellwerk.runtime.cluster;

import org.stellwerk.rpc.RpcService;
import org.stellwerk.runtime.RuntimeServices;
import org.stellwerk.runtime.highavailability.HighAvailabilityServices;

/**
 * What a process is built on. In a real process these are Akka, Curator and the machine's clock; in
 * the simulator they are its own. Who made them closes them, after the process.
 */
public record ProcessServices(
    RpcService rpc, HighAvailabilityServices highAvailability, RuntimeServices runtime) {}
