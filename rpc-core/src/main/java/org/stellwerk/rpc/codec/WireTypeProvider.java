package org.stellwerk.rpc.codec;

import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/**
 * How a module announces types to the wire beyond those that gateway signatures name. Found by the
 * service loader; every process of a cluster must have the same providers on its class path.
 */
public interface WireTypeProvider {

  /**
   * Records, enums and sealed types that may stand where a signature says Object, Serializable or
   * another open type; and exception types, which are rebuilt at the caller if they have a public
   * constructor {@code (String, Throwable)} or {@code (String)}.
   */
  default Collection<Class<?>> wireTypes() {
    return List.of();
  }

  /** Classes of other kinds, each with the form in which it travels. */
  default Collection<Surrogate<?, ?>> surrogates() {
    return List.of();
  }

  /**
   * A class that is none of record, enum and sealed type, and its form on the wire.
   *
   * @param type the class as signatures name it; exactly this class, not its subclasses
   * @param wireForm a record that holds the same
   * @param toWire makes the form
   * @param fromWire makes the object, and refuses what is invalid
   */
  record Surrogate<T, R extends Record>(
      Class<T> type, Class<R> wireForm, Function<T, R> toWire, Function<R, T> fromWire) {}
}
