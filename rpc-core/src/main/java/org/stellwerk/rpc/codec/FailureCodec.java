package org.stellwerk.rpc.codec;

import com.esotericsoftware.kryo.io.Output;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.net.BindException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.ConcurrentModificationException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.stellwerk.configuration.IllegalConfigurationException;
import org.stellwerk.rpc.exceptions.EndpointGoneException;
import org.stellwerk.rpc.exceptions.EndpointNotFoundException;
import org.stellwerk.rpc.exceptions.EndpointNotStartedException;
import org.stellwerk.rpc.exceptions.EndpointTerminatedException;
import org.stellwerk.rpc.exceptions.FencingTokenException;
import org.stellwerk.rpc.exceptions.ForeignException;
import org.stellwerk.rpc.exceptions.HandshakeException;
import org.stellwerk.rpc.exceptions.RecipientUnreachableException;
import org.stellwerk.rpc.exceptions.RpcConnectionException;
import org.stellwerk.rpc.exceptions.RpcException;
import org.stellwerk.rpc.exceptions.RpcPayloadTooLargeException;
import org.stellwerk.rpc.exceptions.RpcRuntimeException;
import org.stellwerk.rpc.exceptions.RpcSerializationException;

/**
 * Throwables as bytes: class name, message, stack, cause, suppressed. A class is looked up in a
 * closed table, never loaded by the name that came off the wire; whatever is not in the table, or
 * would not say the same when rebuilt, becomes a {@link ForeignException}. Immutable.
 *
 * <p>Sizes are bounded: a deep or wide failure loses its outermost frames and innermost causes.
 */
final class FailureCodec {

  private static final int MAX_DEPTH = 16;
  private static final int MAX_FRAMES = 200;
  private static final int MAX_SUPPRESSED = 8;
  private static final int MAX_BYTES = 128 * 1024;
  private static final int MAX_MESSAGE_CHARS = 32 * 1024;

  private static final List<Class<? extends Throwable>> STANDARD =
      List.of(
          Throwable.class,
          Exception.class,
          RuntimeException.class,
          Error.class,
          ArithmeticException.class,
          ArrayIndexOutOfBoundsException.class,
          ArrayStoreException.class,
          AssertionError.class,
          ClassCastException.class,
          ClassNotFoundException.class,
          CloneNotSupportedException.class,
          IllegalAccessException.class,
          IllegalArgumentException.class,
          IllegalMonitorStateException.class,
          IllegalStateException.class,
          IndexOutOfBoundsException.class,
          InstantiationException.class,
          InterruptedException.class,
          LinkageError.class,
          NegativeArraySizeException.class,
          NoClassDefFoundError.class,
          NoSuchFieldException.class,
          NoSuchMethodException.class,
          NullPointerException.class,
          NumberFormatException.class,
          OutOfMemoryError.class,
          SecurityException.class,
          StackOverflowError.class,
          StringIndexOutOfBoundsException.class,
          UnsupportedOperationException.class,
          ConcurrentModificationException.class,
          NoSuchElementException.class,
          CancellationException.class,
          CompletionException.class,
          ExecutionException.class,
          RejectedExecutionException.class,
          TimeoutException.class,
          IOException.class,
          EOFException.class,
          FileNotFoundException.class,
          BindException.class,
          ConnectException.class,
          SocketException.class,
          SocketTimeoutException.class,
          UnknownHostException.class,
          IllegalConfigurationException.class,
          EndpointGoneException.class,
          EndpointNotFoundException.class,
          EndpointNotStartedException.class,
          EndpointTerminatedException.class,
          FencingTokenException.class,
          HandshakeException.class,
          RecipientUnreachableException.class,
          RpcConnectionException.class,
          RpcException.class,
          RpcPayloadTooLargeException.class,
          RpcRuntimeException.class,
          RpcSerializationException.class);

  private final Map<String, Constructor<? extends Throwable>> constructors = new HashMap<>();

  /**
   * A codec that also rebuilds the announced types.
   *
   * @throws RpcRuntimeException if one has no public constructor that takes its message
   */
  FailureCodec(Collection<Class<? extends Throwable>> announced) {
    for (Class<? extends Throwable> type : STANDARD) {
      Constructor<? extends Throwable> constructor = findConstructor(type);
      if (constructor != null) {
        constructors.put(type.getName(), constructor);
      }
    }
    for (Class<? extends Throwable> type : announced) {
      Constructor<? extends Throwable> constructor = findConstructor(type);
      if (constructor == null) {
        throw new RpcRuntimeException(
            "The announced exception type "
                + type.getName()
                + " needs a public constructor (String, Throwable) or (String)");
      }
      constructors.put(type.getName(), constructor);
    }
  }

  private static @Nullable Constructor<? extends Throwable> findConstructor(
      Class<? extends Throwable> type) {
    if (Modifier.isAbstract(type.getModifiers())) {
      return null;
    }
    try {
      return type.getConstructor(String.class, Throwable.class);
    } catch (NoSuchMethodException e) {
      try {
        return type.getConstructor(String.class);
      } catch (NoSuchMethodException e2) {
        return null;
      }
    }
  }

  void write(Output output, Throwable failure) {
    write(output, failure, 0, output.position() + MAX_BYTES);
  }

  private void write(Output output, @Nullable Throwable failure, int depth, long limit) {
    if (failure == null || depth >= MAX_DEPTH || output.position() > limit) {
      output.writeByte(0);
      return;
    }
    output.writeByte(1);
    WireInput.writeText(
        output,
        failure instanceof ForeignException foreign
            ? foreign.getOriginalClassName()
            : failure.getClass().getName());
    String message = failure.getMessage();
    if (message != null && message.length() > MAX_MESSAGE_CHARS) {
      message = message.substring(0, MAX_MESSAGE_CHARS) + "... (cut)";
    }
    WireInput.writeText(output, message);
    StackTraceElement[] stack = failure.getStackTrace();
    int frames =
        output.position() > limit ? 0 : Math.min(stack.length, MAX_FRAMES / (1 + depth / 4));
    output.writeVarInt(frames, true);
    for (int i = 0; i < frames; i++) {
      WireInput.writeText(output, stack[i].getClassName());
      WireInput.writeText(output, stack[i].getMethodName());
      WireInput.writeText(output, stack[i].getFileName());
      output.writeVarInt(stack[i].getLineNumber(), false);
    }
    Throwable cause = failure.getCause();
    write(output, cause == failure ? null : cause, depth + 1, limit);
    Throwable[] suppressed = failure.getSuppressed();
    int kept = Math.min(suppressed.length, MAX_SUPPRESSED);
    output.writeVarInt(kept, true);
    for (int i = 0; i < kept; i++) {
      write(output, suppressed[i], depth + 1, limit);
    }
  }

  /**
   * The failure.
   *
   * @throws RuntimeException if the bytes are not one
   */
  Throwable read(WireInput input) {
    Throwable failure = read(input, 0);
    if (failure == null) {
      throw new WireFailure("a failure is missing");
    }
    return failure;
  }

  private @Nullable Throwable read(WireInput input, int depth) {
    if (input.readByte() == 0) {
      return null;
    }
    if (depth >= MAX_DEPTH) {
      throw new WireFailure("a failure with too many causes");
    }
    String className = String.valueOf(input.readText());
    String message = input.readText();
    StackTraceElement[] stack = new StackTraceElement[input.readCount(4)];
    for (int i = 0; i < stack.length; i++) {
      stack[i] =
          new StackTraceElement(
              String.valueOf(input.readText()),
              String.valueOf(input.readText()),
              input.readText(),
              input.readVarInt(false));
    }
    Throwable cause = read(input, depth + 1);
    Throwable failure = rebuild(className, message, cause);
    failure.setStackTrace(stack);
    int suppressed = input.readCount(1);
    for (int i = 0; i < suppressed; i++) {
      Throwable each = read(input, depth + 1);
      if (each != null) {
        failure.addSuppressed(each);
      }
    }
    return failure;
  }

  private Throwable rebuild(String className, @Nullable String message, @Nullable Throwable cause) {
    Constructor<? extends Throwable> constructor = constructors.get(className);
    if (constructor != null) {
      try {
        Throwable rebuilt;
        if (constructor.getParameterCount() == 2) {
          rebuilt = constructor.newInstance(message, cause);
        } else {
          rebuilt = constructor.newInstance(message);
          if (cause != null && rebuilt.getCause() == null) {
            rebuilt.initCause(cause);
          }
        }
        if (rebuilt.getCause() == cause && Objects.equals(rebuilt.getMessage(), message)) {
          return rebuilt;
        }
      } catch (ReflectiveOperationException | RuntimeException e) {
        return new ForeignException(className, message, cause);
      }
    }
    return new ForeignException(className, message, cause);
  }
}
