#!/usr/bin/env bash
# Puts `imgbuild` on the PATH of the steps that follow, and says which version it is.
#   INPUT_IMGBUILD   release, or a program of this machine, or a package (.tgz, a path or an address) for npm
#   INPUT_VERSION    of the release: 0.2.0, latest, or nothing for the version of the Action itself
#   INPUT_RELEASES   where releases are, or nothing for IMGBUILD_RELEASES, else the Action's own repository
#   INPUT_SHA256     of the downloaded program, or nothing for what SHA256SUMS beside it says
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

place=$(mktemp -d "${RUNNER_TEMP:?}/imgbuild-XXXXXX")

main() {
  case ${INPUT_IMGBUILD:-release} in
    release) install_release ;;
    *.tgz) install_package "$INPUT_IMGBUILD" ;;
    *) link_program "$INPUT_IMGBUILD" ;;
  esac
  local shown=$place
  ! command -v cygpath >/dev/null 2>&1 || shown=$(cygpath -w "$place")
  printf '%s\n' "$shown" >>"$GITHUB_PATH"
  local version
  version=$("$place/imgbuild" version) || fail "The imgbuild that was installed does not run here."
  printf '%s\n' "$version"
  version=${version%%$'\n'*}
  printf 'version=%s\n' "${version#imgbuild v}" >>"$GITHUB_OUTPUT"
}

install_release() {
  local file base
  file=imgbuild-$(platform)
  base=$(release_address)
  download "$base/$file" "$place/$file"
  local expected
  expected=$(printf %s "${INPUT_SHA256:-}" | tr A-F a-f)
  if [ -z "$expected" ]; then
    download "$base/SHA256SUMS" "$place/SHA256SUMS"
    expected=$(awk -v file="$file" '{ sub(/^\*/, "", $2) } $2 == file { print $1 }' "$place/SHA256SUMS")
    [ -n "$expected" ] || fail "$base/SHA256SUMS does not list $file."
  fi
  local found
  found=$(sha256 "$place/$file")
  [ "$found" = "$expected" ] || fail "$base/$file is not what it should be: its SHA-256 is $found, expected $expected."
  chmod +x "$place/$file"
  case $file in *.exe) mv "$place/$file" "$place/imgbuild.exe" ;; *) mv "$place/$file" "$place/imgbuild" ;; esac
}

platform() {
  local system machine
  case ${RUNNER_OS:-$(uname -s)} in
    Linux) system=linux ;;
    macOS | Darwin) system=darwin ;;
    Windows | MINGW* | MSYS*) echo win-x64.exe && return ;;
    *) fail "There is no release for ${RUNNER_OS:-$(uname -s)}. Name a program with the input imgbuild." ;;
  esac
  case $(uname -m) in
    x86_64 | amd64) machine=x64 ;;
    aarch64 | arm64) machine=arm64 ;;
    *) fail "There is no release for $(uname -m). Name a program with the input imgbuild." ;;
  esac
  echo "$system-$machine"
}

# The Action at v1.2.3 installs 1.2.3, unless a version is asked for.
release_address() {
  local releases=${INPUT_RELEASES:-${IMGBUILD_RELEASES:-}} version=${INPUT_VERSION:-}
  if [ -z "$releases" ]; then
    [ -n "${ACTION_REPOSITORY:-}" ] || fail 'An Action of the checkout itself has no releases. Set the input imgbuild to a program, or releases to an address.'
    releases=${GITHUB_SERVER_URL:-https://github.com}/$ACTION_REPOSITORY/releases
  fi
  if [ -z "$version" ]; then
    case ${ACTION_REF:-} in v[0-9]*.[0-9]*.[0-9]*) version=$ACTION_REF ;; *) version=latest ;; esac
  fi
  if [ "$version" = latest ]; then echo "${releases%/}/latest/download"; else echo "${releases%/}/download/v${version#v}"; fi
}

download() { # ADDRESS FILE
  curl --fail --silent --show-error --location --retry 3 --output "$2" -- "$1" ||
    fail "$1 cannot be downloaded. Is there such a release? The input version names another one, imgbuild a program of this machine."
}

install_package() { # PATH OR ADDRESS
  npm install --prefix "$place/npm" --no-save --no-audit --no-fund --loglevel=error -- "$1" ||
    fail "npm cannot install $1."
  ln -s "$place/npm/node_modules/.bin/imgbuild" "$place/imgbuild"
}

link_program() { # PATH, OR A NAME ON PATH
  local program
  program=$(command -v -- "$1") || fail "There is no program $1 on this machine. The input imgbuild is release, a program, or a .tgz package."
  case $program in /*) ;; *) program=$PWD/$program ;; esac
  ln -s "$program" "$place/imgbuild"
}

main
