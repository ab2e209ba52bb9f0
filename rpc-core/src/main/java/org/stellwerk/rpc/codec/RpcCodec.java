package org.stellwerk.rpc.codec;

import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.exceptions.RpcSerializationException;

/**
 * Turns calls and their outcomes into bytes and back. Only types of the closed set that a gateway's
 * signatures name, or that a module announces, are ever instantiated. Thread-safe.
 */
public interface RpcCodec {

  /** The version of the wire format; two sides must have the same. */
  int protocolVersion();

  /**
   * The wire form of a gateway; computed once.
   *
   * @throws org.stellwerk.rpc.exceptions.RpcRuntimeException if the interface cannot be served
   */
  RemoteInterface describe(Class<?> gatewayType);

  /**
   * A call as bytes.
   *
   * @param message a RemoteRpcInvocation, or a FencedMessage around one
   * @throws RpcSerializationException naming the argument and field that cannot be written
   */
  byte[] encodeInvocation(RemoteInterface gateway, Object message) throws RpcSerializationException;

  /**
   * The call in the bytes: a RemoteRpcInvocation, or a FencedMessage around one.
   *
   * @throws RpcSerializationException if the bytes are not a call of the gateway
   */
  Object decodeInvocation(RemoteInterface gateway, byte[] bytes) throws RpcSerializationException;

  /** A value that the method answered, as bytes. */
  byte[] encodeResult(RemoteInterface gateway, Method method, @Nullable Object value)
      throws RpcSerializationException;

  /** The value in the bytes. */
  @Nullable Object decodeResult(RemoteInterface gateway, Method method, byte[] bytes)
      throws RpcSerializationException;

  /** A failure as bytes: type, message, stack, causes; never fails. */
  byte[] encodeFailure(Throwable failure);

  /** The failure in the bytes: of the same type where it is known here, else a stand-in. */
  Throwable decodeFailure(byte[] bytes);
}
