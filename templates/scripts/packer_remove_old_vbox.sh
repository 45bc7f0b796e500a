#!/bin/bash
# Guest additions from the distribution are older than the VirtualBox that built the image: remove them if they are there.
set -eu
command -v apt-get >/dev/null || exit 0
export DEBIAN_FRONTEND=noninteractive
for package in virtualbox-guest-utils virtualbox-guest-dkms virtualbox-guest-x11; do
  if dpkg -s "$package" >/dev/null 2>&1; then apt-get -qy purge "$package"; fi
done
