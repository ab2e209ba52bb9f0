package org.stellwerk.rpc.akka;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.UnrecoverableKeyException;
import java.util.Collections;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.stellwerk.configuration.ConfigOption;
import org.stellwerk.configuration.Configuration;
import org.stellwerk.configuration.IllegalConfigurationException;
import org.stellwerk.rpc.SecurityOptions;
import org.stellwerk.util.ExceptionUtils;

/**
 * Reads keystore and truststore. Whatever is wrong with them is an IllegalConfigurationException of
 * one line that names the key to correct and the file. Stateless.
 */
final class TlsStores {

  private TlsStores() {}

  static KeyManager[] keys(Configuration configuration) {
    Path file = file(configuration, SecurityOptions.INTERNAL_KEYSTORE);
    char[] storePassword = secret(configuration, SecurityOptions.INTERNAL_KEYSTORE_PASSWORD);
    KeyStore store =
        read(
            file,
            SecurityOptions.INTERNAL_KEYSTORE,
            configuration.get(SecurityOptions.INTERNAL_KEYSTORE_TYPE),
            SecurityOptions.INTERNAL_KEYSTORE_TYPE,
            SecurityOptions.INTERNAL_KEYSTORE_PASSWORD,
            storePassword);
    Optional<String> keyPassword = configuration.getOptional(SecurityOptions.INTERNAL_KEY_PASSWORD);
    try {
      if (Collections.list(store.aliases()).stream().noneMatch(alias -> isKey(store, alias))) {
        throw unusable(SecurityOptions.INTERNAL_KEYSTORE, file, "it contains no private key", null);
      }
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, keyPassword.map(String::toCharArray).orElse(storePassword));
      return factory.getKeyManagers();
    } catch (UnrecoverableKeyException e) {
      ConfigOption<String> wrong =
          keyPassword.isPresent()
              ? SecurityOptions.INTERNAL_KEY_PASSWORD
              : SecurityOptions.INTERNAL_KEYSTORE_PASSWORD;
      throw unusable(wrong, file, "it is not the password of the private key there", e);
    } catch (GeneralSecurityException e) {
      throw unusable(SecurityOptions.INTERNAL_KEYSTORE, file, e.getMessage() + "", e);
    }
  }

  static TrustManager trusted(Configuration configuration) {
    Path file = file(configuration, SecurityOptions.INTERNAL_TRUSTSTORE);
    KeyStore store =
        read(
            file,
            SecurityOptions.INTERNAL_TRUSTSTORE,
            configuration.get(SecurityOptions.INTERNAL_TRUSTSTORE_TYPE),
            SecurityOptions.INTERNAL_TRUSTSTORE_TYPE,
            SecurityOptions.INTERNAL_TRUSTSTORE_PASSWORD,
            secret(configuration, SecurityOptions.INTERNAL_TRUSTSTORE_PASSWORD));
    try {
      if (store.size() == 0) {
        throw unusable(
            SecurityOptions.INTERNAL_TRUSTSTORE, file, "it contains no certificate", null);
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509ExtendedTrustManager certificates) {
          return new MemberTrustManager(
              certificates,
              configuration
                  .getOptional(SecurityOptions.INTERNAL_CERT_FINGERPRINT)
                  .map(MemberTrustManager::parseFingerprint)
                  .orElse(null));
        }
      }
      throw unusable(
          SecurityOptions.INTERNAL_TRUSTSTORE, file, "this Java cannot check certificates", null);
    } catch (GeneralSecurityException e) {
      throw unusable(SecurityOptions.INTERNAL_TRUSTSTORE, file, e.getMessage() + "", e);
    }
  }

  private static boolean isKey(KeyStore store, String alias) {
    try {
      return store.isKeyEntry(alias);
    } catch (KeyStoreException e) {
      throw new IllegalStateException("The keystore was read before", e);
    }
  }

  private static Path file(Configuration configuration, ConfigOption<String> option) {
    Path file = Path.of(set(configuration, option));
    if (!Files.exists(file)) {
      throw unusable(option, file, "there is no such file", null);
    }
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw unusable(option, file, "it cannot be read", null);
    }
    return file;
  }

  private static char[] secret(Configuration configuration, ConfigOption<String> option) {
    return set(configuration, option).toCharArray();
  }

  private static String set(Configuration configuration, ConfigOption<String> option) {
    return configuration
        .getOptional(option)
        .orElseThrow(
            () ->
                new IllegalConfigurationException(
                    "Configuration key '"
                        + option.key()
                        + "' is not set, but "
                        + SecurityOptions.INTERNAL_ENABLED.key()
                        + " is true. bin/make-certificates.sh makes what is needed."));
  }

  private static KeyStore read(
      Path file,
      ConfigOption<String> option,
      String type,
      ConfigOption<String> typeOption,
      ConfigOption<String> passwordOption,
      char[] password) {
    KeyStore store;
    try {
      store = KeyStore.getInstance(type);
    } catch (KeyStoreException e) {
      throw new IllegalConfigurationException(
          "Configuration key '"
              + typeOption.key()
              + "' has the value '"
              + type
              + "'; expected pkcs12 or jks.",
          e);
    }
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, password);
      return store;
    } catch (IOException e) {
      if (ExceptionUtils.findThrowable(e, UnrecoverableKeyException.class).isPresent()) {
        throw unusable(passwordOption, file, "it is not the password of that file", e);
      }
      throw unusable(option, file, "it is no " + type + " file: " + e.getMessage(), e);
    } catch (GeneralSecurityException e) {
      throw unusable(option, file, e.getMessage() + "", e);
    }
  }

  private static IllegalConfigurationException unusable(
      ConfigOption<String> option, Path file, String why, @Nullable Throwable cause) {
    String message =
        "Configuration key '" + option.key() + "' cannot be used with " + file + ": " + why + ".";
    return cause == null
        ? new IllegalConfigurationException(message)
        : new IllegalConfigurationException(message, cause);
  }
}
