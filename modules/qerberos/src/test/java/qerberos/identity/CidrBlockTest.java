package qerberos.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;

final class CidrBlockTest {
  @Test
  void around_is24And64() {
    assertThat(CidrBlock.around(InetAddress.ofLiteral("192.0.2.77"))).hasToString("192.0.2.0/24");
    assertThat(CidrBlock.around(InetAddress.ofLiteral("2001:db8:1:2:3:4:5:6")))
        .hasToString("2001:db8:1:2:0:0:0:0/64");
    assertThat(CidrBlock.around(InetAddress.ofLiteral("::ffff:192.0.2.77")))
        .hasToString("192.0.2.0/24");
  }

  @Test
  void contains_whatSharesItsFirstBits() {
    assertThat(in("10.0.0.0/8", "10.255.1.2")).isTrue();
    assertThat(in("10.0.0.0/8", "11.0.0.0")).isFalse();
    assertThat(in("192.0.2.128/25", "192.0.2.127")).isFalse();
    assertThat(in("192.0.2.128/25", "192.0.2.128")).isTrue();
    assertThat(in("0.0.0.0/0", "255.255.255.255")).isTrue();
    assertThat(in("192.0.2.1", "192.0.2.1")).isTrue();
    assertThat(in("192.0.2.1", "192.0.2.2")).isFalse();
    assertThat(in("2001:db8::/33", "2001:db8:7fff::")).isTrue();
    assertThat(in("2001:db8::/33", "2001:db8:8000::")).isFalse();
    assertThat(in("::/0", "192.0.2.1")).isFalse();
  }

  @Test
  void parse_refusesWhatIsNoNetwork_andAsksNoNameServer() {
    for (String bad :
        new String[] {
          "",
          "/8",
          "localhost",
          "example.org/8",
          "10.0.0.0/33",
          "10.0.0.0/08",
          "10.0.0.0/-1",
          "10.0.0.0/",
          "10.0.0/8/8",
          "2001:db8::/129",
          "::1%lo",
          "1"
        }) {
      assertThatThrownBy(() -> CidrBlock.parse(bad))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("network: \"" + bad + "\"");
    }
  }

  private static boolean in(String block, String address) {
    return CidrBlock.parse(block).contains(InetAddress.ofLiteral(address));
  }
}
