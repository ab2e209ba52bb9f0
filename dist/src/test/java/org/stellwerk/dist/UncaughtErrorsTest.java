package org.stellwerk.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.stellwerk.runtime.classloading.UserClassLoader;

class UncaughtErrorsTest {

  private final List<Throwable> faults = new ArrayList<>();
  private final UncaughtErrors errors = new UncaughtErrors(faults::add);

  private static Thread thread(ClassLoader contextClassLoader) {
    Thread thread = new Thread(() -> {}, "test");
    thread.setContextClassLoader(contextClassLoader);
    return thread;
  }

  @Test
  void anErrorInAThreadOfTheProductIsAFault() {
    Throwable error = new IllegalStateException("a bug");
    errors.uncaughtException(thread(getClass().getClassLoader()), error);
    assertThat(faults).containsExactly(error);
  }

  @Test
  void aThreadOfUserCodeMayEndAsItLikesButForErrorsOfTheJvm() {
    UserClassLoader loader =
        new UserClassLoader("job", new URL[0], UncaughtErrorsTest.class.getClassLoader());
    errors.uncaughtException(thread(loader), new IllegalStateException("user"));
    errors.uncaughtException(thread(loader), new StackOverflowError());
    assertThat(faults).isEmpty();
    Throwable memory = new OutOfMemoryError("Java heap space");
    errors.uncaughtException(thread(loader), memory);
    assertThat(faults).containsExactly(memory);
    faults.clear();
    Throwable fault = new IllegalStateException("by the rules");
    errors.setUserErrorRules(
        (thread, error) -> error == memory ? Optional.empty() : Optional.of(fault));
    errors.uncaughtException(thread(loader), memory);
    assertThat(faults).isEmpty();
    errors.uncaughtException(thread(loader), new InternalError());
    assertThat(faults).containsExactly(fault);
    loader.close();
  }
}
