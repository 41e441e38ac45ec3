package qerberos.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// A comparison of peers that found different things says so.
class PeerFiguresTest {
  private static final Question.Round ROUND =
      new Question.Round("by actor", List.of(new Question.Actor("a"), new Question.Actor("b")));

  @Test
  void equalAnswers_areNoDifference() {
    assertThat(PeerFigures.differences(List.of(found("one", 3, 4), found("two", 3, 4)))).isEmpty();
  }

  @Test
  void anotherAnswer_isNamedWithItsQuestion() {
    assertThat(PeerFigures.differences(List.of(found("one", 3, 4), found("two", 3, 5))))
        .singleElement()
        .asString()
        .startsWith("ANSWERS DIFFER: Actor[actor=b]: one ")
        .contains("total=4", "two ", "total=5");
  }

  private static PeerFigures found(String name, long first, long second) {
    var answers = List.of(new Question.Answer(first, first), new Question.Answer(second, second));
    var asked = new PeerFigures.Asked(ROUND, 1, 1, 1, answers);
    return new PeerFigures(name, 1, 1, 1, 1, 1, 1, 1, 1, List.of(asked));
  }
}
