#!/bin/sh
# Makes the image smaller and forgetful: package caches, logs, machine identity, free blocks.
set -eu
if command -v apt-get >/dev/null; then
  apt-get -qy autoremove --purge
  apt-get clean
  rm -rf /var/lib/apt/lists/*
fi
find /var/log -type f -exec truncate -s 0 {} +
if [ -e /etc/machine-id ]; then : >/etc/machine-id; fi
rm -f /var/lib/dbus/machine-id /root/.bash_history
# Free blocks as zeros compress to nothing; a disk that knows discard needs no zeros.
fstrim -a 2>/dev/null || {
  dd if=/dev/zero of=/zero bs=1M 2>/dev/null || true
  rm -f /zero
}
sync
