package org.stellwerk.runtime.io;

/** Lengths that are not negative, seven bits a byte, the lowest first. */
final class VarInts {

  private VarInts() {}

  static int size(int value) {
    int size = 1;
    for (int rest = value >>> 7; rest != 0; rest >>>= 7) {
      size++;
    }
    return size;
  }

  static void put(byte[] target, int offset, int value) {
    int rest = value;
    int position = offset;
    while ((rest & ~0x7f) != 0) {
      target[position++] = (byte) ((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    target[position] = (byte) rest;
  }
}
