package org.stellwerk.rpc.codec;

import com.esotericsoftware.kryo.io.Output;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.stellwerk.rpc.FencedRpcGateway;
import org.stellwerk.rpc.Local;
import org.stellwerk.rpc.RpcGateway;
import org.stellwerk.rpc.exceptions.RpcRuntimeException;

/**
 * The methods and types of one gateway, numbered by their sorted names. A method whose signature
 * cannot cross stays usable within the process; {@link #whyNotRemote} says what is wrong.
 */
final class GatewayTable implements RemoteInterface {

  private static final Slot NOTHING = new Slot.Nothing();
  private static final int INITIAL_BYTES = 512;
  private static final int KEPT_BYTES = 64 * 1024;

  private final Class<?> gatewayType;
  private final List<GatewayMethod> methods = new ArrayList<>();
  private final Map<Method, GatewayMethod> byMethod = new HashMap<>();
  private final @Nullable Slot token;
  private final long hash;
  private final ThreadLocal<Tools> tools;

  /** The table of a gateway; announced types are added where a signature is open. */
  GatewayTable(Class<?> gatewayType, WireTypes types, List<Class<?>> announced) {
    this.gatewayType = gatewayType;
    if (!gatewayType.isInterface() || !RpcGateway.class.isAssignableFrom(gatewayType)) {
      throw new RpcRuntimeException(
          gatewayType.getName() + " is not an interface that extends RpcGateway");
    }
    Map<TypeVariable<?>, WireType> bindings = WireType.bindingsOf(gatewayType);
    collectMethods(types, bindings);
    token = tokenSlot(types, bindings);
    try {
      if (types.isOpen()) {
        announced.forEach(type -> types.slotFor(WireType.of(type, Map.of())));
      }
      types.finish();
    } catch (WireFailure e) {
      throw new RpcRuntimeException(
          "The wire types of " + gatewayType.getName() + ": " + e.path() + ": " + e.reason(), e);
    }
    hash = hash(fingerprint(bindings) + types.fingerprint());
    tools = ThreadLocal.withInitial(() -> new Tools(types));
  }

  private void collectMethods(WireTypes types, Map<TypeVariable<?>, WireType> bindings) {
    TreeMap<String, List<Method>> bySignature = new TreeMap<>();
    for (Method method : gatewayType.getMethods()) {
      if (!Modifier.isStatic(method.getModifiers())
          && method.getDeclaringClass() != RpcGateway.class
          && method.getDeclaringClass() != FencedRpcGateway.class) {
        bySignature.computeIfAbsent(signature(method), s -> new ArrayList<>()).add(method);
      }
    }
    for (List<Method> same : bySignature.values()) {
      Method chosen = same.get(0);
      for (Method method : same) {
        if (chosen.getDeclaringClass().isAssignableFrom(method.getDeclaringClass())) {
          chosen = method;
        }
      }
      GatewayMethod entry = describe(methods.size(), chosen, types, bindings);
      methods.add(entry);
      for (Method method : same) {
        byMethod.put(method, entry);
      }
    }
  }

  private static String signature(Method method) {
    return method.getName()
        + Arrays.stream(method.getParameterTypes())
            .map(Class::getName)
            .collect(Collectors.joining(",", "(", ")"));
  }

  private GatewayMethod describe(
      int number, Method method, WireTypes types, Map<TypeVariable<?>, WireType> bindings) {
    method.setAccessible(true);
    List<WireType> parameterTypes = new ArrayList<>();
    for (Type type : method.getGenericParameterTypes()) {
      parameterTypes.add(WireType.of(type, bindings));
    }
    Class<?> returned = method.getReturnType();
    String problem = null;
    List<Slot> parameters = new ArrayList<>();
    Slot result = NOTHING;
    if (method.isAnnotationPresent(Local.class)) {
      problem = "it is marked @Local";
    } else if (returned != void.class && returned != CompletableFuture.class) {
      problem = "it returns " + returned.getSimpleName() + ", neither void nor CompletableFuture";
    } else {
      String place = "its result";
      try {
        if (returned == CompletableFuture.class) {
          result = types.slotFor(WireType.of(method.getGenericReturnType(), bindings).argument(0));
        }
        for (int i = 0; i < parameterTypes.size(); i++) {
          place = "parameter " + i;
          parameters.add(types.slotFor(parameterTypes.get(i)));
        }
      } catch (WireFailure e) {
        problem = place + e.path() + " cannot cross: " + e.reason();
        parameters = List.of();
      }
    }
    return new GatewayMethod(
        number, method, parameterTypes, List.copyOf(parameters), result, problem);
  }

  private @Nullable Slot tokenSlot(WireTypes types, Map<TypeVariable<?>, WireType> bindings) {
    if (!FencedRpcGateway.class.isAssignableFrom(gatewayType)) {
      return null;
    }
    WireType type = WireType.of(FencedRpcGateway.class.getTypeParameters()[0], bindings);
    try {
      return types.slotFor(type);
    } catch (WireFailure e) {
      throw new RpcRuntimeException(
          "The fencing token of "
              + gatewayType.getName()
              + " cannot cross: "
              + type
              + e.path()
              + ": "
              + e.reason(),
          e);
    }
  }

  private String fingerprint(Map<TypeVariable<?>, WireType> bindings) {
    StringBuilder text = new StringBuilder(gatewayType.getName()).append('\n');
    if (token != null) {
      text.append(WireType.of(FencedRpcGateway.class.getTypeParameters()[0], bindings))
          .append('\n');
    }
    for (GatewayMethod method : methods) {
      text.append(method.method().getName())
          .append(method.parameterTypes())
          .append(WireType.of(method.method().getGenericReturnType(), bindings))
          .append('\n');
    }
    return text.toString();
  }

  /** FNV-1a, 64 bits. */
  private static long hash(String text) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
    }
    return hash;
  }

  @Override
  public Class<?> gatewayType() {
    return gatewayType;
  }

  @Override
  public long hash() {
    return hash;
  }

  @Override
  public @Nullable String whyNotRemote(Method method) {
    GatewayMethod known = byMethod.get(method);
    return known == null
        ? gatewayType.getSimpleName() + " has no such method"
        : known.whyNotRemote();
  }

  @Nullable GatewayMethod find(Method method) {
    return byMethod.get(method);
  }

  @Nullable GatewayMethod find(int number) {
    return number >= 0 && number < methods.size() ? methods.get(number) : null;
  }

  /** The slot of the fencing token; null if the gateway is not fenced. */
  @Nullable Slot token() {
    return token;
  }

  /** The calling thread's own. */
  Tools tools() {
    return tools.get();
  }

  @Override
  public String toString() {
    return gatewayType.getName() + "@" + Long.toHexString(hash);
  }

  /** What one thread needs for this table. */
  static final class Tools {
    final WireKryo kryo;
    final WireInput input = new WireInput();
    private Output output = new Output(INITIAL_BYTES, -1);

    Tools(WireTypes types) {
      kryo = new WireKryo(types);
    }

    Output begin() {
      output.reset();
      return output;
    }

    byte[] finish() {
      byte[] bytes = output.toBytes();
      if (output.getBuffer().length > KEPT_BYTES) {
        output = new Output(INITIAL_BYTES, -1);
      }
      return bytes;
    }
  }
}
