package org.stellwerk.rpc.codec;

import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Input that believes no length: every count is checked against the bytes that are left before
 * anything of that size is allocated.
 */
final class WireInput extends Input {

  private static final byte[] NOTHING = new byte[0];

  WireInput() {
    super(NOTHING);
  }

  /** Lets go of the bytes. */
  void release() {
    setBuffer(NOTHING);
  }

  int left() {
    return limit() - position();
  }

  /**
   * A count of things that each take at least the given number of bytes.
   *
   * @throws WireFailure if fewer bytes are left
   */
  int readCount(int bytesEach) {
    int count = readVarInt(true);
    if (count < 0 || (long) count * bytesEach > left()) {
      throw new WireFailure("a length of " + Integer.toUnsignedString(count) + " is not plausible");
    }
    return count;
  }

  byte[] readCountedBytes() {
    return readBytes(readCount(1));
  }

  @Nullable String readText() {
    int count = readVarInt(true);
    if (count == 0) {
      return null;
    }
    if (count < 0 || count - 1 > left()) {
      throw new WireFailure("a text's length of " + count + " is not plausible");
    }
    String text = new String(getBuffer(), position(), count - 1, StandardCharsets.UTF_8);
    setPosition(position() + count - 1);
    return text;
  }

  static void writeCountedBytes(Output output, byte[] bytes) {
    output.writeVarInt(bytes.length, true);
    output.writeBytes(bytes);
  }

  static void writeText(Output output, @Nullable String text) {
    if (text == null) {
      output.writeVarInt(0, true);
      return;
    }
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    output.writeVarInt(bytes.length + 1, true);
    output.writeBytes(bytes);
  }
}
