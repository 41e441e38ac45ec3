package fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class InputsTest {
  private static final List<String> SEEN = new ArrayList<>();

  static Stream<byte[]> examples() {
    return Stream.of(new byte[] {1}, new byte[0]);
  }

  @Fuzzed("examples")
  void replayed(byte[] bytes) {
    SEEN.add(HexFormat.of().formatHex(bytes));
  }

  @AfterAll
  static void everyInputCame() {
    assertThat(SEEN).containsExactlyInAnyOrder("01", "", "00ff");
  }

  @Test
  void examplesAndKeptInputs_areOneList() throws Exception {
    Method replayed = InputsTest.class.getDeclaredMethod("replayed", byte[].class);
    assertThat(Inputs.of(replayed))
        .containsExactly(new byte[] {1}, new byte[0], new byte[] {0, (byte) 0xff});
  }

  static final class Refusing {
    void threes(byte[] bytes) {
      if (bytes.length == 3) {
        throw new IllegalStateException("came: " + bytes.length);
      }
    }
  }

  @Test
  void aCampaign_callsTheMethod_andWhatItThrowsComesOut() throws Throwable {
    Campaign.fuzzerInitialize(new String[] {Refusing.class.getName(), "threes"});
    assertThatThrownBy(() -> Campaign.fuzzerTestOneInput(new byte[3]))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("came: 3");
  }
}
