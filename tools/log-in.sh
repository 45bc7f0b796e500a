#!/usr/bin/env bash
# Boots the image that the quickstart has made, logs in as its user, and ends the machine when you leave. The image is not changed.
#
#   tools/log-in.sh IMAGE [COMMAND]
set -euo pipefail
[ $# -ge 1 ] || { sed -n '2,4s/^# \{0,1\}//p' "$0" >&2; exit 2; }
image=$1
shift
[ -r "$image" ] || { echo "$0: there is no image $image: run make quickstart first" >&2; exit 1; }
for program in qemu-system-x86_64 ssh; do
  command -v $program >/dev/null || { echo "$0: needs $program (Debian packages qemu-system-x86, openssh-client)" >&2; exit 1; }
done
# shellcheck source=tools/say-that-it-runs.sh
. "$(dirname "$0")/say-that-it-runs.sh"

place=$(mktemp -d)
machine=
finish() {
  [ -z "$machine" ] || { kill "$machine" 2>/dev/null && wait "$machine" || true; }
  rm -rf "$place"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

answers() { timeout 3 bash -c "exec 3<>/dev/tcp/127.0.0.1/$1 && head -c 4 <&3" 2>/dev/null | grep -qx SSH-; }
is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
port=$((20000 + RANDOM % 20000))
until is_free $port; do port=$((port + 1)); done

# Emulated, which is fast enough: there are machines whose KVM begins, and never runs a guest.
qemu-system-x86_64 -accel tcg -m 256 -display none -snapshot -nic "user,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:$port-:22" "$image" \
  </dev/null >"$place/log" 2>&1 &
machine=$!
wait_for_machine() {
  until answers $port; do
    kill -0 $machine 2>/dev/null || { cat "$place/log" >&2; echo "$0: the machine ended before it let anybody in" >&2; return 1; }
    sleep 0.5
  done
}
echo "Booting $image"
say_that_it_runs wait_for_machine

# Its password is no secret; ssh takes it from a program rather than from you.
printf '#!/bin/sh\necho vagrant\n' >"$place/password"
chmod +x "$place/password"
export SSH_ASKPASS=$place/password SSH_ASKPASS_REQUIRE=force
options=(-p "$port" -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -o LogLevel=ERROR -o PubkeyAuthentication=no)
[ $# -gt 0 ] || echo "You are vagrant, password vagrant. Leave with exit."
ssh "${options[@]}" vagrant@127.0.0.1 "$@"
