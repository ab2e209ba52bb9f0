package org.stellwerk.rpc;

/** Whether building an RPC address tries to resolve its host. */
public enum AddressResolution {
  TRY_ADDRESS_RESOLUTION,
  NO_ADDRESS_RESOLUTION
}
