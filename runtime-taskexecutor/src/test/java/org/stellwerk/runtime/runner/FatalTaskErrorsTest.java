package org.stellwerk.runtime.runner;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FatalTaskErrorsTest {

  private final FatalTaskErrors strict = new FatalTaskErrors(true);
  private final FatalTaskErrors lenient = new FatalTaskErrors(false);

  @ParameterizedTest
  @CsvSource({
    "Java heap space, true, false, taskmanager.memory.heap.size",
    "GC overhead limit exceeded, true, false, taskmanager.memory.heap.size",
    "Cannot reserve 8 bytes of direct buffer memory, true, false, MaxDirectMemorySize",
    "unable to create native thread: possibly out of memory, true, false, no more threads",
    "Metaspace, true, true, MaxMetaspaceSize",
    "Compressed class space, true, true, MaxMetaspaceSize",
    "Requested array size exceeds VM limit, false, false, -",
  })
  void whatThereIsTooLittleOfDecides(
      String message, boolean byDefault, boolean always, String advice) {
    OutOfMemoryError error = new OutOfMemoryError(message);
    assertThat(strict.check("task map (1/2)", error).isPresent()).isEqualTo(byDefault);
    assertThat(lenient.check("task map (1/2)", error).isPresent()).isEqualTo(always);
    strict
        .check("task map (1/2)", error)
        .ifPresent(
            fatal ->
                assertThat(fatal)
                    .hasCause(error)
                    .hasMessageStartingWith("OutOfMemoryError: " + message + ", in task map (1/2)")
                    .hasMessageContaining(advice));
  }

  @Test
  void otherErrorsOfTheJvmAlwaysEndTheProcessButAStackOverflowNever() {
    assertThat(lenient.check("map", new InternalError("broken"))).isPresent();
    assertThat(strict.check("map", new StackOverflowError())).isEmpty();
    assertThat(strict.check("map", new IllegalStateException("mine"))).isEmpty();
    assertThat(strict.check("map", new NoClassDefFoundError("x"))).isEmpty();
  }

  @Test
  void anErrorThatUserCodeHasWrappedIsFound() {
    OutOfMemoryError error = new OutOfMemoryError("Java heap space");
    assertThat(
            strict.check("map", new IllegalStateException("outer", new CompletionException(error))))
        .isPresent();
    IllegalStateException endless = new IllegalStateException("a", new RuntimeException("b"));
    endless.getCause().initCause(endless);
    assertThat(strict.check("map", endless)).isEmpty();
    assertThat(strict.check("map", new HostileException())).isEmpty();
  }

  private static final class HostileException extends RuntimeException {
    @Override
    public synchronized Throwable getCause() {
      throw new IllegalStateException("no cause for you");
    }
  }
}
