package org.stellwerk.rpc.simulation;

import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.codec.KryoRpcCodec;
import org.stellwerk.rpc.codec.RemoteInterface;
import org.stellwerk.rpc.codec.RpcCodec;
import org.stellwerk.rpc.exceptions.RpcPayloadTooLargeException;
import org.stellwerk.rpc.exceptions.RpcSerializationException;

/** The bytes that travel between nodes: the real codec, and the limit of their number. */
record SimWire(RpcCodec codec, long maxMessageBytes) {

  /** Knows gateways by now: shared by all simulations of the JVM. */
  private static final class Shared {
    private static final RpcCodec CODEC = KryoRpcCodec.load();
  }

  static SimWire of(SimRpcConfig config) {
    return new SimWire(Shared.CODEC, config.maxMessageBytes());
  }

  /**
   * Why the method cannot be called between nodes.
   *
   * @return null if it can
   */
  @Nullable String whyNotRemote(Class<?> gateway, Method method) {
    return codec.describe(gateway).whyNotRemote(method);
  }

  byte[] writeCall(Class<?> gateway, Object message, String what)
      throws RpcSerializationException, RpcPayloadTooLargeException {
    byte[] bytes = codec.encodeInvocation(codec.describe(gateway), message);
    checkSize(bytes, "The call " + what);
    return bytes;
  }

  Object readCall(Class<?> gateway, byte[] bytes) throws RpcSerializationException {
    return codec.decodeInvocation(codec.describe(gateway), bytes);
  }

  byte[] writeResult(Class<?> gateway, Method method, @Nullable Object value, String what)
      throws RpcSerializationException, RpcPayloadTooLargeException {
    RemoteInterface remote = codec.describe(gateway);
    byte[] bytes = codec.encodeResult(remote, method, value);
    checkSize(bytes, "The result of " + what);
    return bytes;
  }

  @Nullable Object readResult(Class<?> gateway, Method method, byte[] bytes)
      throws RpcSerializationException {
    return codec.decodeResult(codec.describe(gateway), method, bytes);
  }

  Throwable copyFailure(Throwable failure) {
    return codec.decodeFailure(codec.encodeFailure(failure));
  }

  private void checkSize(byte[] bytes, String what) throws RpcPayloadTooLargeException {
    if (bytes.length > maxMessageBytes) {
      throw new RpcPayloadTooLargeException(
          what
              + " has "
              + bytes.length
              + " bytes, more than the maximum of "
              + maxMessageBytes
              + " (akka.framesize).");
    }
  }
}
