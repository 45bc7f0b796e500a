#!/usr/bin/env bash
# Writes a Debian package to standalone/: the single file, manual pages, completions, templates. Needs make standalone before.
#
#   tools/deb.sh [amd64|arm64]
set -euo pipefail
cd "$(dirname "$0")/.."
arch=${1:-$(dpkg --print-architecture)}
case $arch in
  amd64) platform=linux-x64 ;;
  arm64) platform=linux-arm64 ;;
  *) echo "tools/deb.sh: packages are for amd64 and arm64, not $arch" >&2; exit 2 ;;
esac
file=standalone/imgbuild-$platform
[ -x "$file" ] || { echo "tools/deb.sh: $file is not there; run: make standalone PLATFORMS=$platform" >&2; exit 2; }
version=$(node -p 'require("./package.json").version')
# Who package.json names, an address included; where it names nobody, no address is made up.
maintainer=$(node -p 'const { author, name } = require("./package.json"); author?.name ?? author ?? `The ${name} authors`')
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
share=$root/usr/share
umask 022

install -D "$file" "$root/usr/bin/imgbuild"
mkdir -p "$share/man/man1" "$share/imgbuild" "$share/doc/imgbuild" "$root/DEBIAN"
node --import tsx tools/man-pages.ts "$share/man/man1"
gzip -9n "$share"/man/man1/*.1
complete() { # SHELL FILE
  mkdir -p "$(dirname "$share/$2")"
  node dist/imgbuild.js completion "$1" >"$share/$2"
}
complete bash bash-completion/completions/imgbuild
complete zsh zsh/vendor-completions/_imgbuild
complete fish fish/vendor_completions.d/imgbuild.fish
# Templates name scripts beside their folder.
cp -r templates scripts "$share/imgbuild/"
find "$share/imgbuild" -type f -exec chmod a+r {} +
cp "$file.licenses.txt" "$share/doc/imgbuild/copyright"
gzip -9nc CHANGELOG.md >"$share/doc/imgbuild/changelog.gz"

cat >"$root/DEBIAN/control" <<CONTROL
Package: imgbuild
Version: $version
Architecture: $arch
Maintainer: $maintainer
Section: admin
Priority: optional
Installed-Size: $(du -sk "$root/usr" | cut -f 1)
Depends: libc6 (>= 2.28), libgcc-s1, libstdc++6
Recommends: qemu-system-x86, qemu-utils, xz-utils
Suggests: lz4, virtualbox
Description: builds machine images from Packer templates
 Templates in HCL2 or JSON in, images for QEMU, VirtualBox and Amazon EC2 out,
 packaged as Vagrant boxes or archives. It runs the templates you have, never
 loses a finished image, and never leaves anything behind.
CONTROL
package=standalone/imgbuild_${version}_$arch.deb
dpkg-deb --root-owner-group -Zxz -z1 --build "$root" "$package" >/dev/null
echo "$package: $(($(stat -c %s "$package") / 1000000)) MB"
