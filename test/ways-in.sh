#!/usr/bin/env bash
# Proves that the single file, the Debian package and the container each run the quickstart's build from nothing: in a new Debian
# root that has QEMU and an SSH client and no Node.js, by an ordinary user. (test/fresh-machine.sh does it for the checkout.)
#
#   test/ways-in.sh FILE PACKAGE.deb          (root, mmdebstrap, docker.io)
#
# Changes nothing outside of one temporary directory; its dockerd is its own, and ends with it.
set -euo pipefail
file=$(readlink -f "$1")
package=$(readlink -f "$2")
cd "$(dirname "$0")/.."
[ "$(id -u)" = 0 ] || { echo "test/ways-in.sh: needs root, to make a root of its own" >&2; exit 2; }
for needed in mmdebstrap:mmdebstrap dockerd:docker.io; do
  command -v "${needed%:*}" >/dev/null || { echo "test/ways-in.sh: install the Debian package ${needed#*:}" >&2; exit 2; }
done

place=$(mktemp -d)
chmod 755 "$place"
root=$place/root
docker_daemon=
beside=
clean_up() {
  local code=$?
  # With what it has started: QEMU.
  [ -z "$beside" ] || kill -- "-$beside" 2>/dev/null || true
  stop_docker
  umount "$root/proc" 2>/dev/null || true
  if grep " $place/" /proc/mounts; then echo "test/ways-in.sh: left mounted" >&2; exit 1; fi
  rm -rf --one-file-system "$place"
  exit $code
}
trap clean_up EXIT

part() { printf '\n--- %s (after %d s)\n' "$*" $SECONDS; }

# What the quickstart needs of a checkout, and an installer that is there already.
quickstart_in() { # DIRECTORY
  mkdir -p "$1/test"
  cp -r tools templates scripts "$1/"
  cp "$place/tiny.iso" "$1/"
}

# The same line for each way, but for the command. In the image is what scripts/provision.sh has put there.
quickstart='cd "$0" && QUICKSTART_ISO=tiny.iso tools/quickstart.sh && test -s output-quickstart/quickstart.qcow2 &&
  tar -tf quickstart-libvirt.box | head -n 1 | grep -qx metadata.json'

as_user() { # DIRECTORY IMGBUILD: the quickstart in the root, as a user who is nobody special
  env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin HOME="$1" LANG=C.UTF-8 NO_COLOR=1 IMGBUILD="$2" \
    chroot --userspec=1000:1000 "$root" bash -c "$quickstart" "$1"
}

make_root() {
  # shellcheck disable=SC1091
  local release mirror
  release=$(. /etc/os-release && echo "$VERSION_CODENAME")
  # The mirror that this machine's apt uses.
  mirror=$(apt-cache policy | awk '$2 ~ /^https?:/ && /'"$release"'\/main/ { print $2; exit }')
  mmdebstrap --quiet --variant=essential --include=libstdc++6,qemu-system-x86,qemu-utils,openssh-client,xz-utils \
    --dpkgopt=force-unsafe-io "$release" "$root" "$mirror"
  tar -C "$root" --one-file-system -cf "$place/base.tar" .
  mount -t proc proc "$root/proc"
  chroot "$root" useradd --uid 1000 --no-create-home newcomer
}

start_docker() {
  mkdir "$place/docker"
  echo '{}' >"$place/docker/config.json"
  dockerd --config-file="$place/docker/config.json" --iptables=false --ip6tables=false --bridge=none \
    --data-root="$place/docker/data" --exec-root="$place/docker/exec" --pidfile="$place/docker/pid" \
    --host="unix://$place/docker/socket" >"$place/docker/log" 2>&1 &
  docker_daemon=$!
  until docker version >/dev/null 2>&1; do
    kill -0 $docker_daemon 2>/dev/null || { tail -n 20 "$place/docker/log" >&2; return 1; }
    sleep 0.2
  done
}

stop_docker() {
  [ -n "$docker_daemon" ] || return 0
  kill "$docker_daemon" 2>/dev/null || true
  wait "$docker_daemon" || true
  docker_daemon=
  local mounted
  mounted=$(awk -v place="$place/docker/" 'index($2, place) == 1 { print $2 }' /proc/mounts | sort -r)
  for directory in $mounted; do umount "$directory"; done
}

docker() { DOCKER_CONFIG=$place/docker DOCKER_BUILDKIT=0 command docker --host "unix://$place/docker/socket" "$@"; }

test/guest/tiny/build.sh "$place/tiny.iso"
part "A new Debian root"
make_root
for way in file package; do
  quickstart_in "$root/home/$way"
  chown -R 1000:1000 "$root/home/$way"
done

part "The single file (beside the package)"
install "$file" "$root/home/file/imgbuild"
set -m
as_user /home/file /home/file/imgbuild >"$place/file.log" 2>&1 &
beside=$!
set +m

part "The Debian package"
export root quickstart
export -f as_user
test/deb.sh "$package" "$root" bash -c 'as_user /home/package imgbuild'

part "What the single file did meanwhile"
code=0
wait "$beside" || code=$?
beside=
cat "$place/file.log"
[ $code = 0 ] || exit $code

part "Logging in to the image that the package has built"
env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin HOME=/home/package chroot --userspec=1000:1000 "$root" \
  bash -c 'cd /home/package && tools/log-in.sh output-quickstart/quickstart.qcow2 cat /etc/imgbuild-release' | tee "$place/inside"
grep -qx "Built by imgbuild" "$place/inside"

part "The container"
start_docker
docker import - base <"$place/base.tar" >/dev/null
mkdir -p "$place/context/standalone" "$place/work"
cp "$file" "$place/context/standalone/imgbuild-linux-x64"
docker build --quiet --network=none --build-arg BASE=base --tag imgbuild -f Containerfile "$place/context"
docker run --rm --network=none imgbuild version
[ "$(docker run --rm --network=none --entrypoint id imgbuild -u)" = 1000 ] || { echo "The container runs as root" >&2; exit 1; }
quickstart_in "$place/work"
chown -R 1000:1000 "$place/work"
docker run --rm --network=none --volume "$place/work:/work" --env IMGBUILD=imgbuild --entrypoint bash imgbuild -c "$quickstart" /work
docker run --rm --network=none --volume "$place/work:/work" --user 1234 imgbuild validate -var iso=tiny.iso templates/quickstart.pkr.hcl
part "The three ways in work"
