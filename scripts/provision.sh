#!/bin/sh
# Runs inside the machine being built. Add the packages your image needs to this list.
packages=""

set -eu

# Root does the work; the templates' user may become root with `sudo`.
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

install_packages() {
  if command -v apt-get >/dev/null; then
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@"
  elif command -v dnf >/dev/null; then as_root dnf install -qy "$@"
  elif command -v zypper >/dev/null; then as_root zypper --non-interactive install "$@"
  elif command -v apk >/dev/null; then as_root apk add "$@"
  else
    echo "provision.sh: no package manager here can install: $*" >&2
    return 1
  fi
}

# Split on purpose: the list is separated by blanks.
# shellcheck disable=SC2086
if [ -n "$packages" ]; then install_packages $packages; fi

echo "Built by imgbuild" | as_root tee /etc/imgbuild-release
