# Sourced by init with the disc at /cdrom. Installs as the answer file says, then reboots into the disk.
# Answers are lines `name=value`, or those of Debian's installer; see README.md.

hostname=tiny answer_url=
for word in $(cat /proc/cmdline); do
  case $word in
    answer=*) answer_url=${word#answer=} ;;
    preseed/url=*) answer_url=${word#preseed/url=} ;;
    hostname=*) hostname=${word#hostname=} ;;
  esac
done
[ -n "$answer_url" ] || panic "type: install answer=http://HOST:PORT/FILE"

say "installer started"
wait_for test -e /sys/class/net/eth0
/sbin/network || panic "no address from DHCP"
fetched=no
# No -T: it makes this busybox crash.
for _ in 1 2 3 4 5; do
  if wget -q -O /tmp/answer "$answer_url"; then fetched=yes; break; fi
  sleep 1
done
[ $fetched = yes ] || panic "cannot fetch $answer_url"
say "answer file fetched from $answer_url"

disk= size=256 password=vagrant root_password= ssh_authorized_key= sudo=password then=reboot
while IFS= read -r line || [ -n "$line" ]; do
  name=${line%%=*} value=${line#*=}
  case $name in
    ''|'#'*) ;;
    'd-i passwd/user-password password '*) password=${name##* } ;;
    'd-i '*|'tasksel '*) ;;
    hostname) hostname=$value ;;
    disk) disk=$value ;;
    size) size=$value ;;
    password) password=$value ;;
    root_password) root_password=$value ;;
    ssh_authorized_key) ssh_authorized_key="$ssh_authorized_key$value
" ;;
    sudo) sudo=$value ;;
    then) then=$value ;;
    *) panic "unknown answer \"$name\"" ;;
  esac
done < /tmp/answer

find_disk() { for device in /dev/vda /dev/sda; do [ -b $device ] && disk=$device && return 0; done; return 1; }
[ -n "$disk" ] || wait_for find_disk || panic "no disk"
say "partitioning $disk"
# A disk of many gigabytes would take long to fill with empty inode tables.
[ "$(cat "/sys/block/${disk#/dev/}/size")" -gt $((size * 2048)) ] && end=+${size}M || end=
printf 'o\nn\np\n1\n\n%s\na\n1\nw\n' "$end" | fdisk "$disk" >/tmp/fdisk.log 2>&1
wait_for test -b "${disk}1" || panic "no partition on $disk"
mke2fs -L tinyroot "${disk}1" >/tmp/mke2fs.log 2>&1 || panic "mke2fs failed"
mount -t ext4 "${disk}1" /mnt || panic "cannot mount ${disk}1"

say "copying the system"
tar -C /mnt -xf /cdrom/rootfs.tar || panic "cannot unpack the system"
cp /cdrom/boot/vmlinuz /cdrom/boot/initrd.img /mnt/boot/ || panic "cannot copy the kernel"

echo "$hostname" > /mnt/etc/hostname
set_password() { sed -i "s|^$1:[^:]*:|$1:$(mkpasswd -m md5 "$2"):|" /mnt/etc/shadow; }
[ "$password" = vagrant ] || set_password vagrant "$password"
[ -z "$root_password" ] || set_password root "$root_password"
[ "$sudo" = password ] || echo 'vagrant ALL=(ALL:ALL) NOPASSWD: ALL' >> /mnt/etc/sudoers
if [ -n "$ssh_authorized_key" ]; then
  printf '%s' "$ssh_authorized_key" > /mnt/home/vagrant/.ssh/authorized_keys
  chmod 600 /mnt/home/vagrant/.ssh/authorized_keys
fi
chmod 700 /mnt/home/vagrant/.ssh
chown -R 1000:1000 /mnt/home/vagrant

say "making $disk bootable"
mkdir -p /mnt/boot/extlinux
cat > /mnt/boot/extlinux/extlinux.conf <<CONF
SERIAL 0 115200
DEFAULT tiny
PROMPT 0
LABEL tiny
  LINUX /boot/vmlinuz
  INITRD /boot/initrd.img
  APPEND mode=disk $(grep -v "^#" /etc/kernel-arguments | tr "\n" " ")
CONF
extlinux --install /mnt/boot/extlinux >/tmp/extlinux.log 2>&1 || { cat /tmp/extlinux.log; panic "extlinux failed"; }
dd if=/etc/mbr.bin of="$disk" bs=440 count=1 conv=notrunc 2>/dev/null
umount /mnt || panic "cannot unmount the disk"
umount /cdrom
sync
say "installed"
case $then in
  poweroff) poweroff -f ;;
  *) reboot -f ;;
esac
