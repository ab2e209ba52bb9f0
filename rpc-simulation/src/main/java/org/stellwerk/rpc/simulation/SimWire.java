package org.stellwerk.rpc.simulation;

import java.lang.reflect.Method;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.codec.RpcCodec;
import org.stellwerk.rpc.exceptions.RpcPayloadTooLargeException;
import org.stellwerk.rpc.exceptions.RpcSerializationException;

/** What travels between nodes: bytes of the codec, or without one the objects themselves. */
record SimWire(@Nullable RpcCodec codec, long maxMessageBytes) {

  Object writeCall(Class<?> gateway, int index, Object message, String what)
      throws RpcSerializationException, RpcPayloadTooLargeException {
    if (codec == null) {
      return message;
    }
    byte[] bytes = codec.encodeInvocation(codec.describe(gateway), index, message);
    checkSize(bytes, "The arguments of " + what);
    return bytes;
  }

  Object readCall(List<? extends Class<?>> offered, Object sent) throws RpcSerializationException {
    if (codec == null) {
      return sent;
    }
    return codec.decodeInvocation(offered.stream().map(codec::describe).toList(), (byte[]) sent);
  }

  @Nullable Object writeResult(Class<?> gateway, Method method, @Nullable Object value, String what)
      throws RpcSerializationException, RpcPayloadTooLargeException {
    if (codec == null) {
      return value;
    }
    byte[] bytes = codec.encodeResult(codec.describe(gateway), method, value);
    checkSize(bytes, "The result of " + what);
    return bytes;
  }

  @Nullable Object readResult(Class<?> gateway, Method method, @Nullable Object sent)
      throws RpcSerializationException {
    return codec == null || sent == null
        ? sent
        : codec.decodeResult(codec.describe(gateway), method, (byte[]) sent);
  }

  Throwable copyFailure(Throwable failure) {
    return codec == null ? failure : codec.decodeFailure(codec.encodeFailure(failure));
  }

  private void checkSize(byte[] bytes, String what) throws RpcPayloadTooLargeException {
    if (bytes.length > maxMessageBytes) {
      throw new RpcPayloadTooLargeException(
          what
              + " have "
              + bytes.length
              + " bytes, more than the maximum of "
              + maxMessageBytes
              + " (akka.framesize).");
    }
  }
}
