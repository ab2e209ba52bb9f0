package org.stellwerk.rpc.simulation;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.codec.KryoRpcCodec;
import org.stellwerk.rpc.codec.RemoteInterface;
import org.stellwerk.rpc.codec.RpcCodec;
import org.stellwerk.rpc.exceptions.RpcPayloadTooLargeException;
import org.stellwerk.rpc.exceptions.RpcSerializationException;

/** The bytes that travel between nodes: the real codec, and the limit of their number. */
record SimWire(RpcCodec codec, long maxMessageBytes) {

  /** Whatever fails in an event has this class in its stack. */
  private static final byte[] STACK_MARK = SimScheduler.class.getSimpleName().getBytes(US_ASCII);

  private static final int SHORTEST_STACK_BYTES = 256;

  /** Knows gateways by now: shared by all simulations of the JVM. */
  private static final class Shared {
    private static final RpcCodec CODEC = KryoRpcCodec.load();
  }

  /**
   * A hash of a message's bytes, the same in every run of the seed. That of a message with a stack
   * trace in it is 0: a stack depends on who began the run, and on what the JVM has compiled.
   */
  static int hash(byte[] bytes) {
    if (bytes.length >= SHORTEST_STACK_BYTES && hasStack(bytes)) {
      return 0;
    }
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, bytes.length);
    return (int) crc.getValue();
  }

  private static boolean hasStack(byte[] bytes) {
    for (int i = 0; i <= bytes.length - STACK_MARK.length; i++) {
      if (bytes[i] == STACK_MARK[0]
          && Arrays.equals(bytes, i, i + STACK_MARK.length, STACK_MARK, 0, STACK_MARK.length)) {
        return true;
      }
    }
    return false;
  }

  static SimWire of(SimRpcConfig config) {
    return new SimWire(Shared.CODEC, config.maxMessageBytes());
  }

  RemoteInterface describe(Class<?> gateway) {
    return codec.describe(gateway);
  }

  byte[] writeCall(RemoteInterface gateway, Object message, String what)
      throws RpcSerializationException, RpcPayloadTooLargeException {
    byte[] bytes = codec.encodeInvocation(gateway, message);
    checkSize(bytes, "The call ", what);
    return bytes;
  }

  Object readCall(RemoteInterface gateway, byte[] bytes) throws RpcSerializationException {
    return codec.decodeInvocation(gateway, bytes);
  }

  byte[] writeResult(RemoteInterface gateway, SimCall call, @Nullable Object value)
      throws RpcSerializationException, RpcPayloadTooLargeException {
    byte[] bytes = codec.encodeResult(gateway, call.method(), value);
    checkSize(bytes, "The result of ", call.what());
    return bytes;
  }

  @Nullable Object readResult(RemoteInterface gateway, SimCall call, byte[] bytes)
      throws RpcSerializationException {
    return codec.decodeResult(gateway, call.method(), bytes);
  }

  Throwable copyFailure(Throwable failure) {
    return codec.decodeFailure(codec.encodeFailure(failure));
  }

  private void checkSize(byte[] bytes, String kind, String what)
      throws RpcPayloadTooLargeException {
    if (bytes.length > maxMessageBytes) {
      throw new RpcPayloadTooLargeException(
          kind
              + what
              + " has "
              + bytes.length
              + " bytes, more than the maximum of "
              + maxMessageBytes
              + " (akka.framesize).");
    }
  }
}
