#!/usr/bin/env bash
# Makes what the processes of one cluster need to call each other over TLS: make-certificates.sh DIR
# writes a key pair of the cluster's own (DIR/internal.keystore.p12), and its certificate as the only
# one that is trusted (DIR/internal.truststore.p12). Prints the lines for conf/config.yaml. Whoever
# has the keystore and its password is a member of the cluster.
set -euo pipefail
bin="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)"
. "$bin/config.sh"
parse_dynamic "$@"
[ "${#REST_ARGS[@]}" -eq 1 ] || die "Usage: make-certificates.sh DIR"
dir="${REST_ARGS[0]}"

conf_get env.java.home "${JAVA_HOME:-}"
keytool="${REPLY:+$REPLY/bin/keytool}"
[ -n "$keytool" ] || keytool="$(command -v keytool || true)"
[ -n "$keytool" ] && [ -x "$keytool" ] || die "No keytool found${REPLY:+ in $REPLY/bin}; install JDK 17 or newer, or set JAVA_HOME."

umask 077
mkdir -p "$dir" 2>/dev/null && [ -w "$dir" ] || die "Cannot write to $dir."
dir="$(cd "$dir" && pwd -P)"
case "$dir" in *[\"\\]*) die "The path $dir has a quote or a backslash, which config.yaml would not take as it is." ;; esac
keystore="$dir/internal.keystore.p12"
truststore="$dir/internal.truststore.p12"
for file in "$keystore" "$truststore"; do
  [ ! -e "$file" ] || die "$file exists already; remove it to make new certificates (all processes need the new ones then)."
done

# The password goes through the environment: arguments are visible to all users of the machine.
STORE_PASSWORD="$(od -An -v -tx1 -N20 /dev/urandom | tr -d ' \n')"
export STORE_PASSWORD
run_keytool() {
  local out
  out="$("$keytool" "$@" -storetype PKCS12 -storepass:env STORE_PASSWORD 2>&1)" || die "keytool failed: $out"
}
run_keytool -genkeypair -alias stellwerk.internal -dname 'CN=stellwerk.internal' \
  -keyalg RSA -keysize 3072 -sigalg SHA256withRSA -validity 3650 -keystore "$keystore"
run_keytool -exportcert -rfc -alias stellwerk.internal -keystore "$keystore" -file "$dir/internal.pem"
run_keytool -importcert -noprompt -alias stellwerk.internal -keystore "$truststore" -file "$dir/internal.pem"
rm -f "$dir/internal.pem"

cat <<END
# Add these lines to conf/config.yaml of every process of the cluster, and keep that file and
# $dir readable for its user only:
security.ssl.internal.enabled: true
security.ssl.internal.keystore: "$keystore"
security.ssl.internal.keystore-password: "$STORE_PASSWORD"
security.ssl.internal.truststore: "$truststore"
security.ssl.internal.truststore-password: "$STORE_PASSWORD"
END
