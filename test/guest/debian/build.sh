#!/bin/sh
# Builds a Debian 12 cloud image (systemd, OpenSSH, cloud-init, python3) from packages, in about a minute. Needs root (a
# loop device, a mount). The result is cached by the digest of this folder, so a second call takes no time.
#
#   build.sh OUTPUT.qcow2
#
# The image has nobody to log in as: give it a disc labelled `cidata` with `meta-data` and `user-data`.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
[ $# = 1 ] || { sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2; }
output=$1

fail() { echo "build.sh: $*" >&2; exit 1; }
# need FILE PACKAGE
need() { [ -e "$1" ] || fail "$1 is missing: install the Debian package $2"; }
need /usr/bin/mmdebstrap mmdebstrap
need /usr/bin/syslinux syslinux
need /usr/lib/syslinux/mbr/mbr.bin syslinux-common
need /sbin/mkfs.ext4 e2fsprogs
need /sbin/mkfs.vfat dosfstools
need /usr/bin/mcopy mtools
need /usr/bin/qemu-img qemu-utils
[ "$(id -u)" = 0 ] || fail "run it as root: it mounts the image while it fills it"

digest=$(cat "$here/build.sh" | sha256sum | cut -c1-16)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/imgbuild-test
cached=$cache/debian-$digest.qcow2
mkdir -p "$cache" "$(dirname "$output")"
publish() { cp --reflink=auto "$cached" "$output.$$" && mv "$output.$$" "$output"; }
if [ -e "$cached" ]; then publish; exit 0; fi

work=$(mktemp -d)
loop=
finish() {
  if mountpoint -q "$work/root"; then umount "$work/root"; fi
  if [ -n "$loop" ]; then losetup -d "$loop"; fi
  rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM
cd "$work"

# --- a disk with a partition to boot from, and one with the system ----------------------------------------------------
# The boot loader has a file system of its own: the kernel may write zeros over the boot sector of an ext4 it mounts.
boot_start=2048
boot_sectors=$((128 * 1024 * 1024 / 512))
root_start=$((boot_start + boot_sectors))
sectors=$((2 * 1024 * 1024 * 1024 / 512))
truncate -s $((sectors * 512)) disk.raw
# little_endian N: four bytes as printf's octal escapes
little_endian() { for shift in 0 8 16 24; do printf '\\%03o' $(($1 >> shift & 255)); done; }
# entry STATUS TYPE START SECTORS: a line of the partition table, addressed by sector number (0xfe 0xff 0xff in place of
# cylinders).
entry() { printf "\\$1\\376\\377\\377\\$2\\376\\377\\377$(little_endian "$3")$(little_endian "$4")"; }
write() { dd of=disk.raw bs=1 seek="$1" conv=notrunc status=none; }
write 0 < /usr/lib/syslinux/mbr/mbr.bin
# Active, FAT16 (0x0e); then Linux (0x83).
entry 200 016 $boot_start $boot_sectors | write 446
entry 000 203 $root_start $((sectors - root_start)) | write 462
printf '\125\252' | write 510
loop=$(losetup --find --show --offset $((root_start * 512)) disk.raw)
mkfs.ext4 -q -L root "$loop"
mkdir root
mount "$loop" root

# --- Debian -----------------------------------------------------------------------------------------------------------
packages=linux-image-cloud-amd64,systemd-sysv,udev,dbus,openssh-server,sudo,cloud-init,netplan.io,systemd-resolved
packages=$packages,iproute2,ifupdown,isc-dhcp-client,ca-certificates,python3,cloud-guest-utils,e2fsprogs,ufw
# The lists stay: "apt update" in the guest then asks whether they are still true, instead of fetching and unpacking them under emulation.
mmdebstrap --quiet --variant=minbase --include="$packages" --skip=cleanup/apt/lists --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' bookworm root 2>mmdebstrap.log \
  || { tail -n 20 mmdebstrap.log >&2; fail "mmdebstrap failed"; }
echo 'LABEL=root / ext4 defaults 0 1' > root/etc/fstab
echo debian > root/etc/hostname
printf '127.0.0.1 localhost debian\n' > root/etc/hosts
# Debian's lists of modules are three times as long; under emulation each module takes a second or more.
cat > root/etc/cloud/cloud.cfg.d/90_guest.cfg <<CONFIG
datasource_list: [ NoCloud, None ]
cloud_init_modules: [ seed_random, bootcmd, write-files, growpart, resizefs, set_hostname, users-groups, ssh ]
cloud_config_modules: [ set-passwords, runcmd ]
cloud_final_modules: [ scripts-user, final-message ]
CONFIG
rm -f root/etc/ssh/ssh_host_* root/etc/machine-id
touch root/etc/machine-id

# --- its boot loader --------------------------------------------------------------------------------------------------
cp root/boot/vmlinuz-* linux
cp root/boot/initrd.img-* initrd
umount root
losetup -d "$loop"
cat > syslinux.cfg <<CONFIG
DEFAULT linux
TIMEOUT 1
LABEL linux
  KERNEL linux
  INITRD initrd
  APPEND root=LABEL=root ro quiet console=tty0 console=ttyS0,115200 net.ifnames=0 mitigations=off random.trust_cpu=on
CONFIG
loop=$(losetup --find --show --offset $((boot_start * 512)) --sizelimit $((boot_sectors * 512)) disk.raw)
mkfs.vfat -F 16 -h $boot_start "$loop" >mkfs.log 2>&1 || { cat mkfs.log >&2; fail "mkfs.vfat failed"; }
mcopy -i "$loop" linux initrd syslinux.cfg ::/
syslinux --install "$loop" >syslinux.log 2>&1 || { cat syslinux.log >&2; fail "syslinux failed"; }
losetup -d "$loop"
loop=

qemu-img convert -f raw -O qcow2 disk.raw image.qcow2
cp image.qcow2 "$cached.$$" && mv "$cached.$$" "$cached"
publish
