#!/usr/bin/env bash
# Proves the Debian package: installed with dpkg -i in a new Debian root that has nothing else, it validates and builds, has
# manual pages and completions, and is gone without a trace when it is removed.
#
#   test/deb.sh PACKAGE.deb [ROOT [COMMAND...]]          (root, mmdebstrap)
#
# With ROOT in one that is there already (its /home is not looked at); COMMAND is run while the package is installed in it.
set -euo pipefail
package=$(readlink -f "$1")
root=${2:-}
shift $(($# > 1 ? 2 : 1))
[ "$(id -u)" = 0 ] || { echo "test/deb.sh: needs root, to make a root of its own" >&2; exit 2; }
command -v mmdebstrap >/dev/null || { echo "test/deb.sh: install the Debian package mmdebstrap" >&2; exit 2; }
make_root() {
  root=$(mktemp -d)
  trap 'rm -rf --one-file-system "$root"' EXIT
  chmod 755 "$root"
  # shellcheck disable=SC1091
  local release mirror
  release=$(. /etc/os-release && echo "$VERSION_CODENAME")
  # The mirror that this machine's apt uses.
  mirror=$(apt-cache policy | awk '$2 ~ /^https?:/ && /'"$release"'\/main/ { print $2; exit }')
  mmdebstrap --quiet --variant=essential --include=libstdc++6 "$release" "$root" "$mirror"
}
[ -n "$root" ] || make_root

cp "$package" "$root/imgbuild.deb"
inside() { env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin HOME=/root DEBIAN_FRONTEND=noninteractive chroot "$root" "$@"; }
everything() { (cd "$root" && find . -path ./proc -prune -o -path ./home -prune -o -path ./root -prune -o -path ./tmp -prune -o -path ./var/lib/dpkg -prune -o -path ./var/log -prune -o -print | sort); }
everything >"$root/tmp/before"
inside dpkg -i /imgbuild.deb
inside imgbuild version
mkdir "$root/root/work"
cat >"$root/root/work/demo.pkr.hcl" <<'TEMPLATE'
source "file" "demo" {
  content = "made by the installed package"
  target  = "/root/work/demo.txt"
}

build {
  sources = ["source.file.demo"]

  post-processor "compress" {
    output = "/root/work/demo.tar.gz"
  }
}
TEMPLATE
inside imgbuild validate /root/work/demo.pkr.hcl
inside imgbuild build /root/work/demo.pkr.hcl
tar -xzOf "$root/root/work/demo.tar.gz" | grep -q "made by the installed package"
inside imgbuild fmt -check /usr/share/imgbuild/templates/quickstart.pkr.hcl
inside bash -c '. /usr/share/bash-completion/completions/imgbuild && complete -p imgbuild'
gzip -dc "$root/usr/share/man/man1/imgbuild-build.1.gz" | grep -q '^\.SH OPTIONS$'
[ $# = 0 ] || "$@"
inside dpkg --remove imgbuild
everything >"$root/tmp/after"
diff "$root/tmp/before" "$root/tmp/after" || { echo "The package left something behind" >&2; exit 1; }
echo "The package installs, works and goes."
