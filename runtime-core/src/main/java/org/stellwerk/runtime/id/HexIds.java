package org.stellwerk.runtime.id;

import java.util.UUID;

/** 128-bit identifiers as 32 hexadecimal digits, as Flink writes them. */
final class HexIds {

  private HexIds() {}

  static String format(UUID id) {
    StringBuilder text = new StringBuilder(32);
    appendHex(text, id.getMostSignificantBits());
    appendHex(text, id.getLeastSignificantBits());
    return text.toString();
  }

  private static void appendHex(StringBuilder text, long bits) {
    for (int shift = 60; shift >= 0; shift -= 4) {
      text.append(Character.forDigit((int) (bits >>> shift) & 0xf, 16));
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
