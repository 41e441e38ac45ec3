package qerberos.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
  @ParameterizedTest
  @CsvSource({
    "10.1.2.3, 10.1.2.3/32",
    "0.0.0.0, 0.0.0.0/32",
    "255.255.255.255, 255.255.255.255/32",
    "::, ::/128",
    "::1, ::1/128",
    "1::, 1::/128",
    "2001:DB8:0:0:1:0:0:1, 2001:db8::1:0:0:1/128",
    "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1/128",
    "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0/128",
    "::ffff:10.1.2.3, 10.1.2.3/32",
    "64:ff9b::10.1.2.3, 64:ff9b::a01:203/128"
  })
  void anAddress_isWrittenInItsShortestForm(String text, String written) {
    Address address =
        Address.network(text + (written.endsWith("/32") && !text.contains(":") ? "/32" : "/128"));
    assertThat(address).hasToString(written);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        ":",
        ":::",
        "1",
        "1.2",
        "1.2.3",
        "1.2.3.",
        "1.2.3.4.",
        "1.2.3.4.5",
        "256.1.1.1",
        "01.2.3.4",
        "1.2.3.04",
        "1.2.3.4:80",
        "[::1]",
        "::1%eth0",
        "1:2:3:4:5:6:7",
        "1::2::3",
        "1:2:3:4:5:6:7:8:9",
        "12345::",
        "::1.2.3",
        "1.2.3.4::",
        "::g",
        "1:2:3:4:5:6:7:8::",
        "1:2:3:4:5:6:7:1.2.3.4",
        ":1",
        "1:",
        "localhost",
        "١.٢.٣.٤"
      })
  void whatIsNoAddress_isNone(String text) {
    assertThat(Address.bytes(text)).isNull();
  }

  @Test
  void randomAddresses_readAsTheJdkReadsThem() throws Exception {
    long seed = Long.getLong("query.seed", System.nanoTime());
    var random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
      random.nextBytes(bytes);
      for (int zero = random.nextInt(16); zero > 0; zero--) {
        bytes[random.nextInt(bytes.length)] = 0;
      }
      String text = InetAddress.getByAddress(bytes).getHostAddress();
      byte[] expected = InetAddress.ofLiteral(text).getAddress();
      assertThat(Address.bytes(text)).as("seed %s: %s", seed, text).isEqualTo(expected);
      assertThat(Address.bytes(Address.text(expected)))
          .as("seed %s: %s", seed, text)
          .isEqualTo(expected);
    }
  }

  @Test
  void networksOfAStart_areTheAddressesWrittenWithIt() {
    for (String start :
        new String[] {"1", "10.", "10.2", "10.255", "10.1.2.3", "10.1.2.25", "1.1.1.1."}) {
      var networks = Address.startingWith(start);
      var random = new Random(1);
      for (int i = 0; i < 20_000; i++) {
        byte[] bytes = {10, (byte) random.nextInt(4), (byte) random.nextInt(4), 0};
        bytes[random.nextInt(4)] = (byte) random.nextInt(256);
        assertThat(networks.stream().anyMatch(network -> network.contains(bytes)))
            .as(start + " " + Address.text(bytes))
            .isEqualTo(Address.text(bytes).startsWith(start));
      }
    }
  }
}
