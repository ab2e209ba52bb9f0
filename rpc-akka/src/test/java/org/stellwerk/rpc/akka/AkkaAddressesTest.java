package org.stellwerk.rpc.akka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.configuration.IllegalConfigurationException;
import org.stellwerk.rpc.AddressResolution;
import org.stellwerk.rpc.exceptions.RpcRuntimeException;

class AkkaAddressesTest {

  @Test
  void hostsAreNormalised() {
    assertThat(AkkaRpcServiceUtils.normalizeHost(" Host.Example ")).isEqualTo("host.example");
    assertThat(AkkaRpcServiceUtils.normalizeHost("::1")).isEqualTo("[::1]");
    assertThat(AkkaRpcServiceUtils.normalizeHost("[::1]")).isEqualTo("[::1]");
    assertThat(AkkaRpcServiceUtils.normalizeHost("")).isEqualTo("127.0.0.1");
    assertThat(AkkaRpcServiceUtils.normalizeHost(null)).isEqualTo("127.0.0.1");
  }

  @Test
  void urlsAreReadBack() {
    for (String host : List.of("127.0.0.1", "host.example", "[::1]")) {
      String url =
          AkkaRpcServiceUtils.getRpcUrl(
              host, 6123, "dispatcher", AddressResolution.NO_ADDRESS_RESOLUTION);
      assertThat(url).isEqualTo("akka://stellwerk@" + host + ":6123/user/rpc/dispatcher");
      InetSocketAddress address = AkkaUtils.getInetSocketAddressFromAkkaURL(url);
      assertThat(address.getPort()).isEqualTo(6123);
      assertThat(address.getHostString()).isEqualTo(host.replace("[", "").replace("]", ""));
      assertThat(EndpointUrl.parse(url).name()).isEqualTo("dispatcher");
    }
  }

  @Test
  void urlWithoutAHostIsRefused() {
    assertThatThrownBy(
            () ->
                AkkaUtils.getInetSocketAddressFromAkkaURL(
                    AkkaRpcServiceUtils.getLocalRpcUrl("dispatcher")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no host");
  }

  @Test
  void hostWithAnUnderscoreIsRefusedAtTheStart() {
    assertThatThrownBy(
            () -> AkkaRpcServiceUtils.remoteServiceBuilder(Configuration.empty(), "a_b", "0"))
        .isInstanceOf(IllegalConfigurationException.class)
        .hasMessageContaining("'a_b'");
  }

  @Test
  void unknownHostIsNamed() {
    assertThatThrownBy(
            () ->
                AkkaRpcServiceUtils.getRpcUrl(
                    "no-such-host.invalid", 1, "x", AddressResolution.TRY_ADDRESS_RESOLUTION))
        .isInstanceOf(RpcRuntimeException.class)
        .hasMessageContaining("no-such-host.invalid");
  }
}
