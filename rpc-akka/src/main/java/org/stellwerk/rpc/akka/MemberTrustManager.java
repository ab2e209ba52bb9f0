package org.stellwerk.rpc.akka;

import java.net.Socket;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.stellwerk.configuration.IllegalConfigurationException;
import org.stellwerk.rpc.SecurityOptions;

/**
 * Decides who is a member of the cluster: whose certificate the truststore vouches for, and has the
 * configured fingerprint if there is one. Says whom it has refused as a server; as a client, the
 * failed connect says it. Thread-safe.
 */
final class MemberTrustManager extends X509ExtendedTrustManager {

  private static final Logger LOG = LoggerFactory.getLogger(MemberTrustManager.class);
  private static final long QUIET_NANOS = Duration.ofSeconds(10).toNanos();
  private static final int SHA1_BYTES = 20;
  private static final int SHA256_BYTES = 32;

  private final X509ExtendedTrustManager truststore;
  private final byte @Nullable [] fingerprint;

  private final AtomicLong nextWarningNanos = new AtomicLong(System.nanoTime());

  private interface Check {
    void run() throws CertificateException;
  }

  MemberTrustManager(X509ExtendedTrustManager truststore, byte @Nullable [] fingerprint) {
    this.truststore = truststore;
    this.fingerprint = fingerprint;
  }

  /** Reads hexadecimal bytes, with or without colons between them. */
  static byte[] parseFingerprint(String text) {
    try {
      byte[] bytes = HexFormat.of().parseHex(text.replace(":", "").trim().toLowerCase(Locale.ROOT));
      if (bytes.length == SHA1_BYTES || bytes.length == SHA256_BYTES) {
        return bytes;
      }
    } catch (IllegalArgumentException e) {
      LOG.debug("'{}' is not hexadecimal.", text, e);
    }
    throw new IllegalConfigurationException(
        "Configuration key '"
            + SecurityOptions.INTERNAL_CERT_FINGERPRINT.key()
            + "' has the value '"
            + text
            + "'; expected the SHA-1 or SHA-256 fingerprint of a certificate as keytool shows it.");
  }

  private void checkFingerprint(X509Certificate[] chain) throws CertificateException {
    byte[] expected = fingerprint;
    if (expected == null) {
      return;
    }
    String algorithm = expected.length == SHA1_BYTES ? "SHA-1" : "SHA-256";
    try {
      byte[] actual = MessageDigest.getInstance(algorithm).digest(chain[0].getEncoded());
      if (!MessageDigest.isEqual(expected, actual)) {
        throw new CertificateException(
            "Its fingerprint is not that of " + SecurityOptions.INTERNAL_CERT_FINGERPRINT.key());
      }
    } catch (NoSuchAlgorithmException e) {
      throw new CertificateException(e);
    }
  }

  private void checkClient(X509Certificate[] chain, Check check) throws CertificateException {
    try {
      check.run();
      checkFingerprint(chain);
    } catch (CertificateException e) {
      logRefusal(chain[0], e.getMessage() + "");
      throw e;
    }
  }

  /** At most once in a while: who is refused tries again, several times a second. */
  private void logRefusal(X509Certificate certificate, String why) {
    String refused =
        "Refused a connection: its certificate '"
            + certificate.getSubjectX500Principal()
            + "', issued by '"
            + certificate.getIssuerX500Principal()
            + "', is not that of a member of this cluster ("
            + why
            + ").";
    long now = System.nanoTime();
    long next = nextWarningNanos.get();
    if (now - next >= 0 && nextWarningNanos.compareAndSet(next, now + QUIET_NANOS)) {
      LOG.warn(refused);
    } else {
      LOG.debug(refused);
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    checkClient(chain, () -> truststore.checkClientTrusted(chain, authType, socket));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    checkClient(chain, () -> truststore.checkClientTrusted(chain, authType, engine));
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    checkClient(chain, () -> truststore.checkClientTrusted(chain, authType));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    truststore.checkServerTrusted(chain, authType, socket);
    checkFingerprint(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    truststore.checkServerTrusted(chain, authType, engine);
    checkFingerprint(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    truststore.checkServerTrusted(chain, authType);
    checkFingerprint(chain);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return truststore.getAcceptedIssuers();
  }
}
