#!/usr/bin/env bash
# `make quickstart`: from a fresh Debian or Ubuntu machine with Node.js to a provisioned machine image and a Vagrant box.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
if [ -n "${NO_COLOR:-}" ] || [ ! -t 1 ]; then say() { printf '\n%s\n' "$*"; }; fi

packages=(qemu-system-x86 qemu-utils xorriso isolinux syslinux-common syslinux extlinux busybox-static dropbear-bin cpio e2fsprogs)

install_packages() {
  local missing=()
  for package in "${packages[@]}"; do dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  local sudo=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "Become root, or install sudo, to install: ${missing[*]}" >&2; exit 1; }
    sudo=(sudo)
  fi
  say "Installing from the distribution: ${missing[*]}"
  "${sudo[@]}" apt-get update -q >/dev/null
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}" >/dev/null
}

case "$(uname -s)" in
  Linux) command -v apt-get >/dev/null || { echo "The quickstart knows Debian and Ubuntu. Elsewhere install QEMU and run: imgbuild build TEMPLATE" >&2; exit 1; } ;;
  Darwin)
    echo "On macOS the quickstart's little Linux cannot be put together. Install what imgbuild needs and build your own template:" >&2
    echo "    brew install node qemu" >&2
    echo "    npm ci && npm run build && node dist/imgbuild.js build TEMPLATE" >&2
    exit 1
    ;;
esac

install_packages
say "Building imgbuild"
make --no-print-directory build >/dev/null
say "Putting together the installer of a tiny Linux, from your distribution's packages"
iso=${XDG_CACHE_HOME:-$HOME/.cache}/imgbuild/quickstart.iso
mkdir -p "$(dirname "$iso")"
test/guest/tiny/build.sh "$iso"
say "Building the image: templates/quickstart.pkr.hcl, provisioned by scripts/provision.sh"
node dist/imgbuild.js build -force -var "iso=$iso" templates/quickstart.pkr.hcl

say "Done. What you have now:"
cat <<NEXT
    output-quickstart/quickstart.qcow2    a machine image; log in as vagrant, password vagrant
    quickstart-libvirt.box                the same as a Vagrant box

Boot it (changes are thrown away; it ends with the keys Ctrl-A, X):
    qemu-system-x86_64 -m 256 -nographic -snapshot -nic user,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:2222-:22 output-quickstart/quickstart.qcow2
Log in to it from another terminal, half a minute later, with the password vagrant (leave with exit):
    ssh -p 2222 -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no vagrant@127.0.0.1
Give it to Vagrant (with the vagrant-libvirt plugin):
    vagrant box add --name quickstart quickstart-libvirt.box
    vagrant init quickstart && vagrant up --provider=libvirt
Change what is in it:
    edit scripts/provision.sh, and run make quickstart again
Use imgbuild by that name, as its messages call it:
    npm link    (or: alias imgbuild="node $PWD/dist/imgbuild.js")
Build for VirtualBox or Amazon:
    make virtualbox
    make aws
NEXT
