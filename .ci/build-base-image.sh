#!/usr/bin/env bash
# Makes a base image for the product's Dockerfile where no image registry can be reached: this machine's bash, busybox and
# Java runtime. build-base-image.sh TAG; needs root, a container engine, /bin/busybox and a JDK.
set -euo pipefail
tag="${1:?Usage: build-base-image.sh TAG}"
root="$(mktemp -d)"
trap 'rm -rf "$root"' EXIT
jdk="$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")"

mkdir -p "$root"/{bin,dev,etc,proc,sys,tmp,opt,usr/bin}
chmod 1777 "$root/tmp"
"$jdk/bin/jlink" --add-modules java.se,jdk.management,jdk.unsupported,jdk.httpserver,jdk.crypto.ec,jdk.zipfs,jdk.net,jdk.naming.dns \
  --strip-debug --no-header-files --no-man-pages --output "$root/opt/java"
"$root/opt/java/bin/java" -Xshare:dump >/dev/null # class archives of programs build on the runtime's own
cp /bin/bash /bin/busybox "$root/bin/"
for name in cksum date grep nohup; do
  cp "$(command -v "$name")" "$root/bin/" # busybox has none, or one that does less
done
for name in $(/bin/busybox --list); do
  [ -e "$root/bin/$name" ] || ln -s busybox "$root/bin/$name"
done
ln -s /bin/env "$root/usr/bin/env"

# What these programs load, and what the resolver of host names does.
{
  find "$root/opt/java" "$root/bin" -type f \( -name '*.so' -o -perm -u+x \) -print0 |
    { xargs -0 ldd 2>/dev/null || true; } | grep -oE '/[^ ]+\.so[^ ]*' # ldd fails for what is linked statically
  ldconfig -p | grep -oE '/[^ ]+/lib(nss_files|nss_dns|resolv)\.so\.2$'
} | grep -v "^$root" | sort -u | while read -r library; do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done
printf 'root:x:0:0:root:/:/bin/bash\n' >"$root/etc/passwd"
printf 'root:x:0:\n' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"

tar -C "$root" -c . | docker import -c 'ENV PATH=/opt/java/bin:/bin:/usr/bin JAVA_HOME=/opt/java' - "$tag" >/dev/null
echo "Built $tag."
