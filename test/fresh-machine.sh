#!/usr/bin/env bash
# Proves the two commands of the README on a machine that has nothing else: a new Debian root with Node.js, git, make and
# sudo. In it, an ordinary user clones the checkout and runs `make quickstart` (which installs with sudo) and `make test`.
#
#   test/fresh-machine.sh            (root, debootstrap; about five minutes)
#
# Changes nothing outside of one temporary directory.
set -euo pipefail
cd "$(dirname "$0")/.."
[ "$(id -u)" = 0 ] || { echo "test/fresh-machine.sh: needs root, to make a root of its own" >&2; exit 2; }
command -v debootstrap >/dev/null || { echo "test/fresh-machine.sh: install the Debian package debootstrap" >&2; exit 2; }

checkout=$PWD
shared=$(cd .. && pwd)/shared
place=$(mktemp -d)
root=$place/root
clean_up() {
  for mount in dev proc sys; do umount --recursive "$root/$mount" 2>/dev/null || umount --lazy "$root/$mount" 2>/dev/null || true; done
  rm -rf --one-file-system "$place"
}
trap clean_up EXIT

# shellcheck disable=SC1091
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
# The mirror that this machine's apt uses.
mirror=$(apt-cache policy | awk '$2 ~ /^https?:/ && /'"$release"'\/main/ { print $2; exit }')
echo "A new Debian $release"
debootstrap --variant=minbase --include=git,make,sudo,ca-certificates "$release" "$root" "$mirror" >"$place/debootstrap.log" ||
  { tail -n 20 "$place/debootstrap.log" >&2; exit 1; }

# Node.js and npm, with what this machine knows of how to reach package registries.
install -D "$(readlink -f "$(command -v node)")" "$root/usr/bin/node"
npm_home=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
mkdir -p "$root/usr/lib/node_modules" "$root/usr/etc"
cp -a "$npm_home" "$root/usr/lib/node_modules/npm"
ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/bin/npm"
ln -sf ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/bin/npx"
for file in /etc/npmrc /usr/etc/npmrc /root/.npmrc /etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt; do
  [ ! -e "$file" ] || install -D -m 644 "$file" "$root$file"
done
cp -r /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod +x "$root/usr/sbin/policy-rc.d"

mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount --rbind --make-rslave /dev "$root/dev" 2>/dev/null || mount --bind /dev "$root/dev"

chroot "$root" useradd --create-home --shell /bin/bash newcomer
echo "newcomer ALL=(ALL) NOPASSWD: ALL" >"$root/etc/sudoers.d/newcomer"
[ ! -e "$root/root/.npmrc" ] || install -m 644 "$root/root/.npmrc" "$root/home/newcomer/.npmrc"
git clone -q --no-local "$checkout" "$root/home/newcomer/imgbuild"
[ ! -d "$shared" ] || cp -rL "$shared" "$root/home/newcomer/shared"
chroot "$root" chown -R newcomer: /home/newcomer

as_newcomer() { # COMMAND: as a login of the new user, without what this shell exported
  env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb LANG=C.UTF-8 \
    NODE_EXTRA_CA_CERTS="${NODE_EXTRA_CA_CERTS:-}" \
    chroot "$root" runuser --login --whitelist-environment=NODE_EXTRA_CA_CERTS newcomer --command "cd imgbuild && $1"
}

for command in "make quickstart" "make test"; do
  printf '\n$ %s\n' "$command"
  began=$SECONDS
  as_newcomer "$command"
  printf -- '--- %s: %d s\n' "$command" $((SECONDS - began))
done
as_newcomer "test -s output-quickstart/quickstart.qcow2 && tar -tf quickstart-libvirt.box | head -n 1 | grep -qx metadata.json"

# The command that the quickstart ends with, as it is printed, but for what is run in the machine.
boot=$(sed -n 's/^    \(tools\/log-in.sh .*\)$/\1/p' tools/quickstart.sh)
[ -n "$boot" ] || { echo "tools/quickstart.sh prints no command that boots the image" >&2; exit 1; }
as_newcomer "$boot cat /etc/imgbuild-release" | tee "$place/inside"
grep -qx "Built by imgbuild" "$place/inside"
echo "Both commands do what the README says."
