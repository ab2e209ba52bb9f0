import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Copies jars of Scala code and makes their lambdas plain: {@code PlainLambdas DIRECTORY JAR...}. The
 * Scala compiler makes every lambda serializable, and those are left out of class archives (JDK-8198698
 * and after: only {@code LambdaMetafactory.metafactory} is archived). So each process would make the
 * classes of some 400 lambdas of Akka anew when it starts, and of 250 more when it takes over a cluster.
 * Nothing here serializes a lambda: Akka's Java serialization is off. Part of the build; run by {@code java
 * -cp ASM PlainLambdas.java}. Fails if a jar has no such lambda, as it would if the compiler did
 * something else one day.
 */
final class PlainLambdas {

  private static final String METAFACTORY = "java/lang/invoke/LambdaMetafactory";
  private static final Handle PLAIN =
      new Handle(
          Opcodes.H_INVOKESTATIC,
          METAFACTORY,
          "metafactory",
          "(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/invoke/MethodType;"
              + "Ljava/lang/invoke/MethodType;Ljava/lang/invoke/MethodHandle;Ljava/lang/invoke/MethodType;)"
              + "Ljava/lang/invoke/CallSite;",
          false);

  /** Bits of the fourth argument of {@code altMetafactory}, as LambdaMetafactory names them. */
  private static final int FLAG_MARKERS = 2;

  private static final int FLAG_BRIDGES = 4;

  /** What the licence asks of files that were changed, in each jar. */
  private static final String NOTICE =
      "Changed for Stellwerk: lambdas of this jar's classes are not serializable any more.\n";

  private int changed;

  private PlainLambdas() {}

  public static void main(String[] arguments) throws IOException {
    Path directory = Files.createDirectories(Path.of(arguments[0]));
    try (DirectoryStream<Path> before = Files.newDirectoryStream(directory)) {
      for (Path old : before) {
        Files.delete(old); // of another version
      }
    }
    for (int i = 1; i < arguments.length; i++) {
      Path jar = Path.of(arguments[i]);
      PlainLambdas lambdas = new PlainLambdas();
      lambdas.copy(jar, directory.resolve(jar.getFileName()));
      if (lambdas.changed == 0) {
        throw new IllegalStateException(jar + " has no serializable lambda; need it be here?");
      }
      System.out.println(jar.getFileName() + ": " + lambdas.changed + " lambdas made plain");
    }
  }

  private void copy(Path from, Path to) throws IOException {
    try (JarFile in = new JarFile(from.toFile());
        JarOutputStream out = new JarOutputStream(Files.newOutputStream(to))) {
      for (Enumeration<JarEntry> entries = in.entries(); entries.hasMoreElements(); ) {
        JarEntry entry = entries.nextElement();
        try (InputStream content = in.getInputStream(entry)) {
          byte[] bytes = content.readAllBytes();
          put(out, entry, entry.getName().endsWith(".class") ? plain(bytes) : bytes);
        }
      }
      JarEntry notice = new JarEntry("META-INF/CHANGED.txt");
      notice.setTime(Files.getLastModifiedTime(from).toMillis());
      put(out, notice, NOTICE.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void put(JarOutputStream out, JarEntry like, byte[] bytes) throws IOException {
    JarEntry entry = new JarEntry(like.getName());
    entry.setTime(like.getTime());
    out.putNextEntry(entry);
    out.write(bytes);
    out.closeEntry();
  }

  private byte[] plain(byte[] bytes) {
    int before = changed;
    ClassReader reader = new ClassReader(bytes);
    ClassWriter writer = new ClassWriter(reader, 0);
    reader.accept(
        new ClassVisitor(Opcodes.ASM9, writer) {
          @Override
          public MethodVisitor visitMethod(
              int access, String name, String type, String signature, String[] exceptions) {
            return new Replacing(super.visitMethod(access, name, type, signature, exceptions));
          }
        },
        0);
    return changed == before ? bytes : writer.toByteArray();
  }

  /** Puts the plain factory in where nothing but serializability depends on the other one. */
  private final class Replacing extends MethodVisitor {

    Replacing(MethodVisitor next) {
      super(Opcodes.ASM9, next);
    }

    @Override
    public void visitInvokeDynamicInsn(
        String name, String type, Handle bootstrap, Object... arguments) {
      if (bootstrap.getOwner().equals(METAFACTORY)
          && bootstrap.getName().equals("altMetafactory")
          && isOnlySerializable(type, arguments)) {
        changed++;
        super.visitInvokeDynamicInsn(name, type, PLAIN, arguments[0], arguments[1], arguments[2]);
      } else {
        super.visitInvokeDynamicInsn(name, type, bootstrap, arguments);
      }
    }

    /**
     * Whether the lambda has no marker but serializability, and no bridge that a caller could need: a
     * method of a Scala function is called by its erased type only, so its bridges are for nobody.
     */
    private boolean isOnlySerializable(String type, Object... arguments) {
      int flags = (Integer) arguments[3];
      int at = 4;
      if ((flags & FLAG_MARKERS) != 0) {
        int markers = (Integer) arguments[at++];
        for (int end = at + markers; at < end; at++) {
          String marker = ((Type) arguments[at]).getInternalName();
          if (!marker.equals("java/io/Serializable")) {
            return false;
          }
        }
      }
      boolean isFunction =
          Type.getReturnType(type).getInternalName().matches("scala/Function[0-9]+");
      if ((flags & FLAG_BRIDGES) != 0 && !isFunction) {
        int bridges = (Integer) arguments[at++];
        for (int end = at + bridges; at < end; at++) {
          if (!arguments[at].equals(arguments[0])) {
            return false;
          }
        }
      }
      return true;
    }
  }
}
