package org.stellwerk.rpc;

import java.util.List;
import org.stellwerk.configuration.ConfigOption;

/** Options of encryption and authentication between the cluster's processes. */
public final class SecurityOptions {

  public static final ConfigOption<Boolean> INTERNAL_ENABLED =
      ConfigOption.bool(
          "security.ssl.internal.enabled",
          false,
          "Whether the cluster's processes call each other over TLS with mutual authentication.");

  public static final ConfigOption<String> INTERNAL_KEYSTORE =
      ConfigOption.string(
          "security.ssl.internal.keystore",
          null,
          "The file with the private key and certificate that a process shows to its peers.");

  public static final ConfigOption<String> INTERNAL_KEYSTORE_PASSWORD =
      ConfigOption.string(
          "security.ssl.internal.keystore-password", null, "The password of the keystore.");

  public static final ConfigOption<String> INTERNAL_KEY_PASSWORD =
      ConfigOption.string(
          "security.ssl.internal.key-password",
          null,
          "The password of the private key in the keystore; the keystore's if not set.");

  public static final ConfigOption<String> INTERNAL_KEYSTORE_TYPE =
      ConfigOption.string(
          "security.ssl.internal.keystore-type", "pkcs12", "The keystore's type: pkcs12 or jks.");

  public static final ConfigOption<String> INTERNAL_TRUSTSTORE =
      ConfigOption.string(
          "security.ssl.internal.truststore",
          null,
          "The file with the certificates whose holders are members of the cluster.");

  public static final ConfigOption<String> INTERNAL_TRUSTSTORE_PASSWORD =
      ConfigOption.string(
          "security.ssl.internal.truststore-password", null, "The password of the truststore.");

  public static final ConfigOption<String> INTERNAL_TRUSTSTORE_TYPE =
      ConfigOption.string(
          "security.ssl.internal.truststore-type",
          "pkcs12",
          "The truststore's type: pkcs12 or jks.");

  public static final ConfigOption<String> INTERNAL_CERT_FINGERPRINT =
      ConfigOption.string(
          "security.ssl.internal.cert.fingerprint",
          null,
          "The SHA-1 or SHA-256 fingerprint that a peer's certificate must have besides being"
              + " trusted.");

  public static final ConfigOption<String> PROTOCOL =
      ConfigOption.string(
          "security.ssl.protocol", "TLSv1.2", "The version of TLS: TLSv1.2 or TLSv1.3.");

  public static final ConfigOption<String> ALGORITHMS =
      ConfigOption.string(
          "security.ssl.algorithms",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,"
              + "TLS_AES_128_GCM_SHA256",
          "The cipher suites, separated by commas; those of another version of TLS are ignored.");

  private SecurityOptions() {}

  /** All options of this class. */
  public static List<ConfigOption<?>> all() {
    return List.of(
        INTERNAL_ENABLED,
        INTERNAL_KEYSTORE,
        INTERNAL_KEYSTORE_PASSWORD,
        INTERNAL_KEY_PASSWORD,
        INTERNAL_KEYSTORE_TYPE,
        INTERNAL_TRUSTSTORE,
        INTERNAL_TRUSTSTORE_PASSWORD,
        INTERNAL_TRUSTSTORE_TYPE,
        INTERNAL_CERT_FINGERPRINT,
        PROTOCOL,
        ALGORITHMS);
  }
}
