#!/bin/sh
# libvirt of its own for one command, which may be anything that talks to qemu:///system:
#
#   test/guest/libvirt.sh COMMAND ARGUMENT...
#
# Needs root and Debian's libvirt-daemon-system, dnsmasq-base, iptables and dbus. Network, processes and libvirt's folders are
# private: nothing of the machine's changes, and all of it ends with the command.
set -eu
if [ "${1-}" != --inside ]; then
  exec unshare --mount --net --pid --fork --kill-child --mount-proc sh "$0" --inside "$@"
fi
shift

mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
cp -a /etc/libvirt /run/etc-libvirt
for place in /etc/libvirt /var/lib/libvirt /var/cache/libvirt /var/log/libvirt; do mount -t tmpfs tmpfs "$place"; done
cp -a /run/etc-libvirt/. /etc/libvirt
mkdir -p /run/dbus /run/libvirt /var/lib/libvirt/images /var/lib/libvirt/qemu /var/lib/libvirt/dnsmasq
ip link set lo up
dbus-daemon --system --fork
virtlogd -d
libvirtd -d
"$@"
