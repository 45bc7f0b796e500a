#!/bin/sh
# Makes the user "vagrant" what Vagrant expects: its well-known insecure key (replaced at the first `vagrant up`) and
# sudo without a password.
set -eu
user=vagrant
eval "home=~$user"

mkdir -p "$home/.ssh"
cat >"$home/.ssh/authorized_keys" <<'KEY'
ssh-rsa AAAAB3NzaC1yc2EAAAABIwAAAQEA6NF8iallvQVp22WDkTkyrtvp9eWW6A8YVr+kz4TjGYe7gHzIw+niNltGEFHzD8+v1I2YJ6oXevct1YeS0o9HZyN1Q9qgCgzUFtdOKLv6IedplqoPkcmF0aYet2PkEDo3MlTBckFXPITAMzF8dJSIFo9D8HfdOV0IAdx4O7PtixWKn5y2hMNG0zQPyUecp4pzC6kivAIhyfHilFR61RGL+GPXQ2MWZWFYbAGjyiYJnAmCP3NOTd0jMZEnDkbUvxhMmBYSdETk1rRgm+R4LOzFUGaHqHDLKLX+FIPKcF96hrucXzcWyLbIbEgE98OHlnVYCzRdK8jlqm8tehUc9c9WhQ== vagrant insecure public key
KEY
chown -R "$user:" "$home/.ssh"
chmod 700 "$home/.ssh"
chmod 600 "$home/.ssh/authorized_keys"

rule="$user ALL=(ALL) NOPASSWD: ALL"
if grep -q sudoers.d /etc/sudoers; then
  echo "$rule" >"/etc/sudoers.d/$user"
  chmod 440 "/etc/sudoers.d/$user"
elif ! grep -qxF "$rule" /etc/sudoers; then
  # The last rule that fits counts.
  echo "$rule" >>/etc/sudoers
fi
