#!/bin/sh
# Builds the tiny test guest: a bootable installer ISO of a small Linux, from Debian packages, without privileges.
# The result is cached by the digest of everything in this folder, so a second call takes no time.
#
#   build.sh [--with-openssh] [--like-ubuntu] [--timeout TENTHS] OUTPUT.iso
#
#   --with-openssh   put OpenSSH's scp and sftp-server in the guest (without it the guest has neither)
#   --like-ubuntu    take the boot command and the preseed file of an Ubuntu 16.04 server disc; a kernel with more drivers
#   --timeout N      boot the default label after N tenths of a second at the prompt (default: wait for a key for ever)
#
# README.md beside this file says what the guest understands.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
openssh=no
ubuntu=no
timeout=0
output=
while [ $# -gt 0 ]; do
  case $1 in
    --with-openssh) openssh=yes ;;
    --like-ubuntu) ubuntu=yes ;;
    --timeout) timeout=$2; shift ;;
    -*) echo "build.sh: unknown option $1" >&2; exit 2 ;;
    *) output=$1 ;;
  esac
  shift
done
[ -n "$output" ] || { sed -n '2,13s/^# \{0,1\}//p' "$0" >&2; exit 2; }

fail() { echo "build.sh: $*" >&2; exit 1; }
# need FILE PACKAGE
need() { [ -e "$1" ] || fail "$1 is missing: install the Debian package $2"; }
need /bin/busybox busybox-static
need /usr/sbin/dropbear dropbear-bin
need /usr/bin/extlinux extlinux
need /usr/lib/ISOLINUX/isolinux.bin isolinux
need /usr/lib/syslinux/modules/bios/ldlinux.c32 syslinux-common
need /usr/lib/syslinux/mbr/mbr.bin syslinux-common
need /usr/bin/xorriso xorriso
if [ $openssh = yes ]; then need /usr/lib/openssh/sftp-server openssh-sftp-server; need /usr/bin/scp openssh-client; fi

digest=$({ echo "openssh=$openssh ubuntu=$ubuntu timeout=$timeout"; cd "$here" && find . -type f | LC_ALL=C sort | xargs sha256sum; } | sha256sum | cut -c1-16)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/imgbuild-test
cached=$cache/tiny-$digest.iso
mkdir -p "$cache" "$(dirname "$output")"
publish() { cp --reflink=auto "$cached" "$output.$$" && mv "$output.$$" "$output"; }
if [ -e "$cached" ]; then publish; exit 0; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
cd "$work"

# --- packages that are unpacked, not installed -----------------------------------------------------------------------
mkdir packages unpacked
# The cloud kernel starts much faster where the processor is emulated, but knows few network cards. Of the others this one
# is quickest: it is not compressed with xz.
[ $ubuntu = yes ] && kernel=linux-image-6.12-amd64 || kernel=linux-image-cloud-amd64
kernel_package=$(apt-cache depends $kernel | sed -n 's/.*Depends: \(linux-image-[^ ]*\)/\1/p' | head -n 1)
[ -n "$kernel_package" ] || fail "apt knows no $kernel: run apt-get update"
(cd packages && apt-get -qq download "$kernel_package" sudo 2>"$work/apt.log") || { cat apt.log >&2; fail "cannot download packages"; }
for package in packages/*.deb; do dpkg-deb -x "$package" unpacked; done
vmlinuz=$(echo unpacked/boot/vmlinuz-*)
modules=$(echo unpacked/lib/modules/*)

# with_libraries ROOT FILE TARGET: copies a program and the libraries it needs
with_libraries() {
  mkdir -p "$1/$(dirname "$3")"
  cp -L "$2" "$1/$3"
  for library in $(LD_LIBRARY_PATH=$work/unpacked/usr/libexec/sudo ldd "$2" | grep -o '/[^ ]*'); do
    case $library in "$work"/*) continue ;; esac
    [ -e "$1$library" ] || { mkdir -p "$1$(dirname "$library")"; cp -L "$library" "$1$library"; }
  done
}

# busybox_into ROOT: busybox under every name it knows
busybox_into() {
  mkdir -p "$1/bin" "$1/sbin"
  cp /bin/busybox "$1/bin/busybox"
  for name in $(/bin/busybox --list); do [ -e "$1/bin/$name" ] || ln -s busybox "$1/bin/$name"; done
}

# --- the first root: kernel modules, installer, nothing else ---------------------------------------------------------
mkdir -p initrd/dev initrd/proc initrd/sys initrd/mnt initrd/cdrom initrd/tmp initrd/modules initrd/etc
busybox_into initrd
cp "$here/init" initrd/init
cp "$here/install.sh" initrd/bin/install.sh
cp "$here/echo.sh" initrd/bin/echo.sh
cp "$here/kernel-arguments" initrd/etc/kernel-arguments
cp "$here/rootfs/sbin/network" initrd/sbin/network
chmod 755 initrd/init initrd/bin/install.sh initrd/bin/echo.sh initrd/sbin/network
with_libraries initrd /usr/bin/extlinux /bin/extlinux
cp /usr/lib/syslinux/mbr/mbr.bin initrd/etc/mbr.bin
# Without these the static resolver crashes.
cp "$here/rootfs/etc/nsswitch.conf" "$here/rootfs/etc/hosts" "$here/rootfs/etc/passwd" "$here/rootfs/etc/group" initrd/etc/
# copy_module NAME DIRECTORY: without its signature, which takes an emulated processor a second to verify
copy_module() {
  file=$(find "$modules" -name "$1.ko" -o -name "$1.ko.xz")
  # What one kernel has as a module is built into another.
  [ -n "$file" ] || return 0
  case $file in *.xz) unxz "$file"; file=${file%.xz} ;; esac
  signed=$(stat -c %s "$file")
  signature=$(tail -c 32 "$file" | head -c 4 | od -An -tu1 | awk '{ print (($1 * 256 + $2) * 256 + $3) * 256 + $4 }')
  case $(tail -c 28 "$file" | tr -d '\0') in
    '~Module signature appended~'*) head -c $((signed - signature - 40)) "$file" > "$2/$1.ko" ;;
    *) cp "$file" "$2/$1.ko" ;;
  esac
}
for module in $(sed -n 's/^ *load //p' "$here/init" | cut -d\; -f1); do copy_module "$module" initrd/modules; done
# LZ4 in the format the kernel reads: quicker than gzip to unpack when the processor is emulated.
(cd initrd && find . | LC_ALL=C sort | busybox cpio -o -H newc -R 0:0) 2>/dev/null | if command -v lz4 >/dev/null; then lz4 -l -9 -q; else gzip -9n; fi > initrd.img

# --- the system that is installed (and run from memory by the label "live") ------------------------------------------
root=rootfs
mkdir -p $root/dev $root/proc $root/sys $root/run $root/mnt $root/tmp $root/root $root/home/vagrant/.ssh $root/var/log $root/var/lib $root/usr/local/bin $root/boot
busybox_into $root
cp -R "$here/rootfs/." $root/
mkdir -p $root/lib/modules
for module in $(sed -n 's/.*) insert \(.*\) ;;$/\1/p' "$here/rootfs/sbin/modprobe"); do copy_module "$module" $root/lib/modules; done
printf '#!/bin/sh\nexec sh "$@"\n' > $root/bin/bash
chmod 755 $root/bin/bash $root/sbin/* $root/etc/rc $root/etc/rc.shutdown $root/etc/acpi/PWRF/00000080
ln -sf ../bin/busybox $root/sbin/init
with_libraries $root /usr/sbin/dropbear /usr/sbin/dropbear
with_libraries $root unpacked/usr/bin/sudo /usr/bin/sudo
mkdir -p $root/usr/libexec/sudo
for plugin in unpacked/usr/libexec/sudo/sudoers.so unpacked/usr/libexec/sudo/sudo_noexec.so; do
  with_libraries $root $plugin "/usr/libexec/sudo/$(basename "$plugin")"
done
cp unpacked/usr/libexec/sudo/libsudo_util.so.0.0.0 $root/usr/libexec/sudo/libsudo_util.so.0
security=$(dirname "$(find /lib /usr/lib -name pam_unix.so 2>/dev/null | head -n 1)")
for module in pam_unix.so pam_permit.so; do with_libraries $root "$security/$module" "/lib/x86_64-linux-gnu/security/$module"; done
if [ $openssh = yes ]; then
  with_libraries $root /usr/bin/scp /usr/bin/scp
  with_libraries $root /usr/lib/openssh/sftp-server /usr/lib/openssh/sftp-server
  mkdir -p $root/usr/libexec && ln -s ../lib/openssh/sftp-server $root/usr/libexec/sftp-server
fi
# MD5: every login and every sudo computes it, on a processor that may be emulated.
hash=$(/bin/busybox mkpasswd -m md5 -S imgbuild vagrant)
printf 'root:*:19000:0:99999:7:::\nvagrant:%s:19000:0:99999:7:::\n' "$hash" > $root/etc/shadow
chmod 600 $root/etc/shadow
chmod 440 $root/etc/sudoers
chmod 4755 $root/usr/bin/sudo
chmod 1777 $root/tmp
tar -C $root --owner=0 --group=0 --numeric-owner --sort=name --mtime=@0 -cf rootfs.tar .

# --- the disc ---------------------------------------------------------------------------------------------------------
mkdir -p iso/isolinux iso/boot
cp /usr/lib/ISOLINUX/isolinux.bin /usr/lib/syslinux/modules/bios/ldlinux.c32 iso/isolinux/
arguments=$(grep -v '^#' "$here/kernel-arguments" | tr '\n' ' ')
sed "s/@TIMEOUT@/$timeout/; s|@ARGUMENTS@|$arguments|" "$here/isolinux.cfg" > iso/isolinux/isolinux.cfg
if [ $ubuntu = yes ]; then
  for module in lua liblua libcom32 syslinux; do cp /usr/lib/syslinux/modules/bios/$module.c32 iso/isolinux/; done
  cp "$here/ubuntu-menu.lua" iso/isolinux/
  # The initial RAM disk is named by the line that is typed.
  sed -i -e 's/^PROMPT .*/PROMPT 0/' -e 's/^DEFAULT .*/DEFAULT menu/' -e '/^ *INITRD /d' iso/isolinux/isolinux.cfg
  printf '\nLABEL menu\n  COM32 lua.c32\n  APPEND ubuntu-menu.lua\n' >> iso/isolinux/isolinux.cfg
  mkdir iso/install
  ln initrd.img iso/install/initrd.gz
fi
cp "$vmlinuz" iso/boot/vmlinuz
cp initrd.img iso/boot/initrd.img
cp rootfs.tar iso/rootfs.tar
xorriso -as mkisofs -quiet -R -J -V TINY -o tiny.iso -b isolinux/isolinux.bin -c isolinux/boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table iso 2>xorriso.log \
  || { cat xorriso.log >&2; fail "xorriso failed"; }
cp tiny.iso "$cached.$$" && mv "$cached.$$" "$cached"
publish
