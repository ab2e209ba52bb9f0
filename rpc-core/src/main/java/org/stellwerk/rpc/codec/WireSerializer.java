package org.stellwerk.rpc.codec;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;

/** A serializer of non-null values that any number of threads may use at once. */
abstract class WireSerializer extends Serializer<Object> {

  WireSerializer() {
    super(false, false);
  }

  /** Whether values hold no others, so that depth need not be counted. */
  boolean isLeaf() {
    return true;
  }

  abstract Object readValue(Kryo kryo, WireInput input);

  @Override
  public final Object read(Kryo kryo, Input input, Class<? extends Object> type) {
    return readValue(kryo, (WireInput) input);
  }
}
