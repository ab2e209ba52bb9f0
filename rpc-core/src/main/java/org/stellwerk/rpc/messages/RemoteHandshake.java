package org.stellwerk.rpc.messages;

/**
 * The first message on a connection.
 *
 * @param protocolVersion the version of the wire format
 * @param gatewayName the class name of the gateway asked for
 * @param interfaceHash a hash of the gateway's methods and of every type that its calls may carry
 */
public record RemoteHandshake(int protocolVersion, String gatewayName, long interfaceHash) {}
