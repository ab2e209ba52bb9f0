package org.stellwerk.runtime.io;

import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.util.DefaultClassResolver;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the classes that nobody registered as small numbers of a dictionary that belongs to the
 * stream, where Kryo's own resolver would write the name again with each record. The dictionary in
 * use is set before each record. Belongs to one task's thread.
 */
final class StreamClassResolver extends DefaultClassResolver {

  private @Nullable ClassDictionary writing;
  private @Nullable List<Class<?>> reading;

  void writeWith(ClassDictionary dictionary) {
    writing = dictionary;
  }

  void readWith(List<Class<?>> dictionary) {
    reading = dictionary;
  }

  @Override
  @SuppressWarnings("rawtypes")
  protected void writeName(Output output, Class type, Registration registration) {
    if (writing == null) {
      throw new KryoException("No stream to write to");
    }
    output.writeByte(NAME + 2);
    output.writeVarInt(writing.idOf((Class<?>) type), true);
  }

  @Override
  protected Registration readName(Input input) {
    int id = input.readVarInt(true);
    if (reading == null || id < 0 || id >= reading.size()) {
      throw new KryoException("The stream uses class number " + id + " without naming it");
    }
    return kryo.getRegistration(reading.get(id));
  }
}
