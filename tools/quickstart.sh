#!/usr/bin/env bash
# `make quickstart`: from a fresh Debian or Ubuntu machine with Node.js to a provisioned machine image and a Vagrant box.
#
#   IMGBUILD=imgbuild tools/quickstart.sh     with a command that is installed, in place of one made from this checkout
#
# QUICKSTART_ISO names an installer that is there already, so that its packages are not needed.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tools/say-that-it-runs.sh
. tools/say-that-it-runs.sh

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
if [ -n "${NO_COLOR:-}" ] || [ ! -t 1 ]; then say() { printf '\n%s\n' "$*"; }; fi

packages=(qemu-system-x86 qemu-utils openssh-client)
for_the_installer=(xorriso isolinux syslinux-common syslinux extlinux busybox-static dropbear-bin cpio e2fsprogs)
[ -n "${QUICKSTART_ISO:-}" ] || packages+=("${for_the_installer[@]}")

install_packages() {
  local missing=()
  for package in "${packages[@]}"; do dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || { echo "The quickstart knows Debian and Ubuntu. Elsewhere install QEMU and run: imgbuild build TEMPLATE" >&2; exit 1; }
  local sudo=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "Become root, or install sudo, to install: ${missing[*]}" >&2; exit 1; }
    sudo=(sudo)
  fi
  say "Installing from the distribution: ${missing[*]}"
  # Where sudo asks for a password, it does so before its output is hidden.
  [ ${#sudo[@]} = 0 ] || sudo -v
  quietly "${sudo[@]}" apt-get update -q
  quietly "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}"
}

if [ "$(uname -s)" = Darwin ]; then
  echo "On macOS the quickstart's little Linux cannot be put together. Install what imgbuild needs and build your own template:" >&2
  echo "    brew install node qemu" >&2
  echo "    npm ci && npm run build && node dist/imgbuild.js build TEMPLATE" >&2
  exit 1
fi

install_packages
if [ -n "${IMGBUILD:-}" ]; then imgbuild=$IMGBUILD; else
  say "Building imgbuild"
  quietly make --no-print-directory build
  imgbuild="node dist/imgbuild.js"
fi
iso=${QUICKSTART_ISO:-}
if [ -z "$iso" ]; then
  say "Putting together the installer of a tiny Linux, from your distribution's packages"
  iso=${XDG_CACHE_HOME:-$HOME/.cache}/imgbuild/quickstart.iso
  mkdir -p "$(dirname "$iso")"
  quietly test/guest/tiny/build.sh "$iso"
fi
say "Building the image: templates/quickstart.pkr.hcl, provisioned by scripts/provision.sh"
# On a terminal the command says by itself what it waits for.
checksum=sha256:$(sha256sum "$iso" | cut -d " " -f 1)
build=($imgbuild build -force -var "iso=$iso" -var "iso_checksum=$checksum" templates/quickstart.pkr.hcl)
if [ -t 1 ]; then "${build[@]}"; else say_that_it_runs "${build[@]}"; fi

say "Done. What you have now:"
cat <<NEXT
    output-quickstart/quickstart.qcow2    a machine image; log in as vagrant, password vagrant
    quickstart-libvirt.box                the same as a Vagrant box

Boot it and log in (changes are thrown away, and it ends when you leave):
    tools/log-in.sh output-quickstart/quickstart.qcow2
Give it to Vagrant (with the vagrant-libvirt plugin):
    vagrant box add --name quickstart quickstart-libvirt.box
    vagrant init quickstart && vagrant up --provider=libvirt
Change what is in it:
    edit scripts/provision.sh, and run make quickstart again
Write a template of your own:
    $imgbuild new
Build for VirtualBox or Amazon:
    make virtualbox
    make aws
NEXT
if [ -z "${IMGBUILD:-}" ]; then
  cat <<NEXT
Use imgbuild by that name, as its messages call it:
    npm link    (or: alias imgbuild="node $PWD/dist/imgbuild.js")
NEXT
fi
