package org.stellwerk.rpc.simulation.contract;

import java.io.Serializable;
import java.util.UUID;

/** A fencing token. */
public record ContractToken(UUID id) implements Serializable {}
