package org.stellwerk.rpc.codec;

import com.esotericsoftware.kryo.io.Output;
import java.io.Serializable;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.codec.WireTypeProvider.Surrogate;
import org.stellwerk.rpc.exceptions.RpcSerializationException;
import org.stellwerk.rpc.messages.FencedMessage;
import org.stellwerk.rpc.messages.RemoteRpcInvocation;
import org.stellwerk.rpc.messages.RpcInvocation;

/**
 * The codec on Kryo with registered classes. A gateway's signatures are compiled once into slots
 * that know the type of each place, so that most values travel without a class number; a number is
 * written only where a signature leaves the type open. Numbers follow from sorted names, and two
 * sides compare a hash of them when they connect.
 *
 * <p>Kryo instances and buffers belong to one thread and one gateway each. Whatever bytes come in,
 * nothing but the closed set of types is instantiated, and reading ends with a value or with
 * RpcSerializationException. Lists, sets and maps keep their order and arrive unmodifiable.
 */
public final class KryoRpcCodec implements RpcCodec {

  /** The version of the wire format that this class writes. */
  public static final int PROTOCOL_VERSION = 2;

  private static final int FAILURE_BYTES = 4096;

  private final List<Class<?>> announced;
  private final Map<Class<?>, Surrogate<?, ?>> surrogates;
  private final FailureCodec failures;
  private final Map<Class<?>, GatewayTable> tables = new ConcurrentHashMap<>();

  /** A codec with the types that the given providers announce. */
  public KryoRpcCodec(Iterable<? extends WireTypeProvider> providers) {
    List<Class<?>> values = new ArrayList<>();
    List<Class<? extends Throwable>> exceptions = new ArrayList<>();
    Map<Class<?>, Surrogate<?, ?>> stands = new LinkedHashMap<>();
    for (WireTypeProvider provider : providers) {
      for (Class<?> type : provider.wireTypes()) {
        if (Throwable.class.isAssignableFrom(type)) {
          exceptions.add(type.asSubclass(Throwable.class));
        } else {
          values.add(type);
        }
      }
      for (Surrogate<?, ?> surrogate : provider.surrogates()) {
        stands.put(surrogate.type(), surrogate);
        values.add(surrogate.type());
      }
    }
    values.sort(Comparator.comparing(Class::getName));
    announced = List.copyOf(values);
    surrogates = Map.copyOf(stands);
    failures = new FailureCodec(exceptions);
  }

  /** A codec with the types that the class path's providers announce. */
  public static KryoRpcCodec load() {
    return new KryoRpcCodec(
        ServiceLoader.load(WireTypeProvider.class, KryoRpcCodec.class.getClassLoader()));
  }

  @Override
  public int protocolVersion() {
    return PROTOCOL_VERSION;
  }

  @Override
  public RemoteInterface describe(Class<?> gatewayType) {
    GatewayTable known = tables.get(gatewayType);
    return known != null
        ? known
        : tables.computeIfAbsent(
            gatewayType,
            type -> new GatewayTable(type, new WireTypes(surrogates, failures), announced));
  }

  @Override
  public byte[] encodeInvocation(RemoteInterface gateway, Object message)
      throws RpcSerializationException {
    GatewayTable table = (GatewayTable) gateway;
    boolean fenced = message instanceof FencedMessage<?>;
    RpcInvocation call = fenced ? ((FencedMessage<?>) message).payload() : (RpcInvocation) message;
    GatewayMethod method = remoteMethod(table, call.method());
    GatewayTable.Tools tools = table.tools();
    Output output = tools.begin();
    output.writeVarInt(method.number(), true);
    output.writeBoolean(fenced);
    if (fenced) {
      writeToken(table, tools, output, ((FencedMessage<?>) message).fencingToken());
    }
    @Nullable Object[] arguments = call.arguments();
    for (int i = 0; i < method.parameters().size(); i++) {
      try {
        method.parameters().get(i).write(tools.kryo, output, arguments[i]);
      } catch (RuntimeException | StackOverflowError e) {
        throw unwritable("Argument " + i, method.parameterTypes().get(i), method, e);
      }
    }
    return tools.finish();
  }

  private static void writeToken(
      GatewayTable table, GatewayTable.Tools tools, Output output, @Nullable Object token)
      throws RpcSerializationException {
    Slot slot = table.token();
    if (slot == null) {
      throw new RpcSerializationException(
          "A fenced call of " + table.gatewayType().getName() + ", which is not fenced");
    }
    try {
      slot.write(tools.kryo, output, token);
    } catch (RuntimeException | StackOverflowError e) {
      WireFailure failure = WireFailure.of(e);
      throw new RpcSerializationException(
          "The fencing token cannot be serialised: " + failure.path() + " " + failure.reason(), e);
    }
  }

  private static GatewayMethod remoteMethod(GatewayTable table, Method method)
      throws RpcSerializationException {
    GatewayMethod known = table.find(method);
    if (known == null || known.whyNotRemote() != null) {
      throw new RpcSerializationException(
          method.getDeclaringClass().getSimpleName()
              + "."
              + method.getName()
              + " cannot be called remotely: "
              + table.whyNotRemote(method));
    }
    return known;
  }

  private static RpcSerializationException unwritable(
      String what, WireType type, GatewayMethod method, Throwable cause) {
    WireFailure failure = WireFailure.of(cause);
    return new RpcSerializationException(
        what
            + " ("
            + type
            + ") of "
            + method.describe()
            + " cannot be serialised"
            + (failure.path().isEmpty() ? "" : " at " + failure.path())
            + ": "
            + failure.reason(),
        cause);
  }

  @Override
  public Object decodeInvocation(RemoteInterface gateway, byte[] bytes)
      throws RpcSerializationException {
    GatewayTable table = (GatewayTable) gateway;
    GatewayTable.Tools tools = table.tools();
    WireInput input = tools.input;
    GatewayMethod method = null;
    int argument = -1;
    try {
      input.setBuffer(bytes);
      method = table.find(input.readVarInt(true));
      if (method == null || method.whyNotRemote() != null) {
        throw new WireFailure("no method that can be called remotely");
      }
      boolean fenced = input.readBoolean();
      Slot tokenSlot = table.token();
      if (fenced && tokenSlot == null) {
        throw new WireFailure("a fencing token where none belongs");
      }
      Object token = fenced && tokenSlot != null ? tokenSlot.read(tools.kryo, input) : null;
      @Nullable Object[] arguments = new Object[method.parameters().size()];
      for (int i = 0; i < arguments.length; i++) {
        argument = i;
        arguments[i] = method.parameters().get(i).read(tools.kryo, input);
      }
      checkEnd(input);
      RemoteRpcInvocation call = new RemoteRpcInvocation(method.method(), arguments);
      return fenced ? new FencedMessage<>((Serializable) token, call) : call;
    } catch (RuntimeException | StackOverflowError e) {
      throw unreadable(table.gatewayType().getSimpleName() + ", " + place(method, argument), e);
    } finally {
      input.release();
    }
  }

  private static String place(@Nullable GatewayMethod method, int argument) {
    if (method == null) {
      return "the method";
    }
    return argument < 0 ? method.describe() : "argument " + argument + " of " + method.describe();
  }

  private static void checkEnd(WireInput input) {
    if (input.left() != 0) {
      throw new WireFailure(input.left() + " bytes too many");
    }
  }

  private static RpcSerializationException unreadable(String place, Throwable cause) {
    WireFailure failure = WireFailure.of(cause);
    return new RpcSerializationException(
        "Bytes that cannot be read ("
            + place
            + failure.path()
            + "): "
            + failure.reason()
            + ". The sender has another version, or is none of this cluster.",
        cause);
  }

  @Override
  public byte[] encodeResult(RemoteInterface gateway, Method method, @Nullable Object value)
      throws RpcSerializationException {
    GatewayTable table = (GatewayTable) gateway;
    GatewayMethod known = remoteMethod(table, method);
    GatewayTable.Tools tools = table.tools();
    Output output = tools.begin();
    try {
      known.result().write(tools.kryo, output, value);
    } catch (RuntimeException | StackOverflowError e) {
      WireType type = new WireType(value == null ? Void.class : value.getClass(), List.of());
      throw unwritable("The result", type, known, e);
    }
    return tools.finish();
  }

  @Override
  public @Nullable Object decodeResult(RemoteInterface gateway, Method method, byte[] bytes)
      throws RpcSerializationException {
    GatewayTable table = (GatewayTable) gateway;
    GatewayMethod known = remoteMethod(table, method);
    GatewayTable.Tools tools = table.tools();
    WireInput input = tools.input;
    try {
      input.setBuffer(bytes);
      Object value = known.result().read(tools.kryo, input);
      checkEnd(input);
      return value;
    } catch (RuntimeException | StackOverflowError e) {
      throw unreadable("the result of " + known.describe(), e);
    } finally {
      input.release();
    }
  }

  @Override
  public byte[] encodeFailure(Throwable failure) {
    Output output = new Output(FAILURE_BYTES, -1);
    try {
      failures.write(output, failure);
    } catch (RuntimeException | StackOverflowError e) {
      // an exception whose own methods throw
      output.reset();
      failures.write(
          output,
          new RpcSerializationException(
              "A failure of type " + failure.getClass().getName() + " that cannot be described"));
    }
    return output.toBytes();
  }

  @Override
  public Throwable decodeFailure(byte[] bytes) {
    try {
      WireInput input = new WireInput();
      input.setBuffer(bytes);
      Throwable failure = failures.read(input);
      checkEnd(input);
      return failure;
    } catch (RuntimeException | StackOverflowError e) {
      return unreadable("a failure", e);
    }
  }
}
