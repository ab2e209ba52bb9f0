package org.stellwerk.client.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipException;
import org.stellwerk.runtime.classloading.UserClassLoader;
import org.stellwerk.util.NearestName;

/**
 * The program in a jar: found, loaded child-first and checked for a main method before anything of
 * it runs. Closing it closes its class loader.
 */
final class UserProgram implements AutoCloseable {

  private static final String CLASS_SUFFIX = ".class";

  private final Path jar;
  private final UserClassLoader classLoader;
  private final Method main;

  private UserProgram(Path jar, UserClassLoader classLoader, Method main) {
    this.jar = jar;
    this.classLoader = classLoader;
    this.main = main;
  }

  /**
   * Opens a jar.
   *
   * @param chosenClass the main class; without it the manifest's
   * @throws CliException in one line, if there is no program in it
   */
  static UserProgram open(Path jar, Optional<String> chosenClass) {
    Path absolute = jar.toAbsolutePath().normalize();
    Contents contents = inspect(absolute);
    String className =
        chosenClass
            .or(contents::mainClass)
            .orElseThrow(
                () ->
                    new CliException(
                        absolute
                            + " names no Main-Class in its manifest; name the class with -c CLASS"));
    UserClassLoader loader = loader(absolute);
    try {
      return new UserProgram(absolute, loader, mainOf(className, loader, absolute, contents));
    } catch (CliException e) {
      closeQuietly(loader, e);
      throw e;
    }
  }

  Path jar() {
    return jar;
  }

  String className() {
    return main.getDeclaringClass().getName();
  }

  /** Runs the program in this thread; what it throws is thrown as it is. */
  void run(List<String> arguments) throws Throwable {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(classLoader);
    try {
      main.invoke(null, (Object) arguments.toArray(String[]::new));
    } catch (InvocationTargetException e) {
      throw e.getCause();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Override
  public void close() throws IOException {
    classLoader.close();
  }

  private record Contents(Optional<String> mainClass, List<String> classes) {}

  private static Contents inspect(Path jar) {
    if (!Files.exists(jar)) {
      throw new CliException("There is no jar " + jar);
    }
    if (!Files.isRegularFile(jar)) {
      throw new CliException(jar + " is not a jar but a directory or something else");
    }
    try (JarFile file = new JarFile(jar.toFile())) {
      Manifest manifest = file.getManifest();
      Optional<String> mainClass =
          Optional.ofNullable(manifest)
              .map(m -> m.getMainAttributes().getValue(Attributes.Name.MAIN_CLASS))
              .map(String::strip);
      List<String> classes =
          file.stream()
              .map(entry -> entry.getName())
              .filter(name -> name.endsWith(CLASS_SUFFIX))
              .map(name -> name.substring(0, name.length() - CLASS_SUFFIX.length()))
              .map(name -> name.replace('/', '.'))
              .toList();
      return new Contents(mainClass, classes);
    } catch (ZipException e) {
      throw new CliException(jar + " is not a jar (" + e.getMessage() + ")", e);
    } catch (IOException e) {
      throw new CliException(jar + " cannot be read (" + e.getMessage() + ")", e);
    }
  }

  private static UserClassLoader loader(Path jar) {
    try {
      URL[] urls = {jar.toUri().toURL()};
      return new UserClassLoader("program", urls, UserProgram.class.getClassLoader());
    } catch (IOException e) {
      throw new CliException(jar + " cannot be read (" + e.getMessage() + ")", e);
    }
  }

  private static Method mainOf(String className, ClassLoader loader, Path jar, Contents contents) {
    try {
      Class<?> type = Class.forName(className, false, loader);
      Method method = type.getMethod("main", String[].class);
      boolean callable =
          Modifier.isStatic(method.getModifiers())
              && method.getReturnType() == void.class
              && Modifier.isPublic(type.getModifiers());
      if (!callable) {
        throw noMain(className, jar);
      }
      return method;
    } catch (NoSuchMethodException e) {
      throw noMain(className, jar);
    } catch (ClassNotFoundException e) {
      throw notFound(className, jar, contents);
    } catch (LinkageError e) {
      if (!contents.classes().contains(className)) {
        throw notFound(className, jar, contents);
      }
      throw new CliException(
          "The class " + className + " of " + jar + " cannot be loaded: " + e, e);
    }
  }

  private static CliException noMain(String className, Path jar) {
    return new CliException(
        "The class "
            + className
            + " of "
            + jar
            + " is not public or has no method 'public static void main(String[])'");
  }

  private static CliException notFound(String className, Path jar, Contents contents) {
    String simpleName = className.substring(className.lastIndexOf('.') + 1);
    Optional<String> elsewhere =
        contents.classes().stream().filter(name -> name.endsWith("." + simpleName)).findFirst();
    String hint =
        elsewhere
            .map(name -> "; did you mean '" + name + "'?")
            .orElseGet(() -> NearestName.hint(className, contents.classes()));
    return new CliException("There is no class " + className + " in " + jar + hint);
  }

  private static void closeQuietly(UserClassLoader loader, Exception reason) {
    try {
      loader.close();
    } catch (UncheckedIOException e) {
      reason.addSuppressed(e);
    }
  }
}
