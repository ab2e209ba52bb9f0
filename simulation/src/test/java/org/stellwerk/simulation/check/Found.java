package org.stellwerk.simulation.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.stellwerk.rpc.simulation.InvariantViolation;

/** The violations that an invariant under test has reported. */
final class Found implements Consumer<InvariantViolation> {

  private final List<InvariantViolation> violations = new ArrayList<>();

  @Override
  public void accept(InvariantViolation violation) {
    violations.add(violation);
  }

  void nothing() {
    assertThat(violations).isEmpty();
  }

  /** Something was reported since the last question: of this invariant only, and this among it. */
  void reported(String id, String message) {
    assertThat(violations).extracting(InvariantViolation::id).isNotEmpty().containsOnly(id);
    assertThat(violations)
        .extracting(InvariantViolation::getMessage)
        .anyMatch(text -> text.contains(message));
    violations.clear();
  }
}
