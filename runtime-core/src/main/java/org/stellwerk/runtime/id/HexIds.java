package org.stellwerk.runtime.id;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** 128-bit identifiers as 32 hexadecimal digits, as Flink writes them. */
final class HexIds {

  private HexIds() {}

  static String format(UUID id) {
    byte[] digits = new byte[32];
    putHex(digits, 0, id.getMostSignificantBits());
    putHex(digits, 16, id.getLeastSignificantBits());
    return new String(digits, StandardCharsets.ISO_8859_1);
  }

  private static void putHex(byte[] digits, int from, long bits) {
    for (int i = 0; i < 16; i++) {
      digits[from + i] = (byte) Character.forDigit((int) (bits >>> (60 - 4 * i)) & 0xf, 16);
    }
  }

  static UUID parse(String text, String type) {
    if (text.length() != 32) {
      throw notAnId(text, type);
    }
    try {
      return new UUID(
          Long.parseUnsignedLong(text.substring(0, 16), 16),
          Long.parseUnsignedLong(text.substring(16), 16));
    } catch (NumberFormatException e) {
      throw notAnId(text, type);
    }
  }

  private static IllegalArgumentException notAnId(String text, String type) {
    return new IllegalArgumentException(
        "'" + text + "' is not a " + type + ": expected 32 hexadecimal digits");
  }
}
