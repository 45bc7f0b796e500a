#!/usr/bin/env bash
# What to keep between jobs, and under which keys, by content. Without a key nothing is kept.
#   cache-keys.sh plugins     before `imgbuild init`: what the templates require and what their lock files say
#   cache-keys.sh content     after it: what the builds download and depend on
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

read_templates
prefix=imgbuild-${RUNNER_OS:-$(uname -s)}-$(uname -m)

output() { printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; }

plugin_directory() {
  if [ -n "${PACKER_PLUGIN_PATH:-}" ]; then echo "$PACKER_PLUGIN_PATH"; return; fi
  if [ -n "${PACKER_CONFIG_DIR:-}" ]; then echo "$PACKER_CONFIG_DIR/.packer.d/plugins"; return; fi
  if [ -d "$HOME/.packer.d" ]; then echo "$HOME/.packer.d/plugins"; return; fi
  echo "${XDG_CONFIG_HOME:-$HOME/.config}/packer/plugins"
}

required_plugins() { # SOURCE "CONSTRAINT" of each, and the lock files
  local template folder
  for template in "${templates[@]}"; do
    imgbuild plugins required "$template" 2>/dev/null | cut -d ' ' -f 2,3 || true
    folder=$template
    [ -d "$folder" ] || folder=$(dirname "$folder")
    [ ! -f "$folder/.packer.lock.hcl" ] || cat "$folder/.packer.lock.hcl"
  done
}

plugins() {
  local required
  required=$(required_plugins | sort -u)
  [ -n "$required" ] || return 0
  output plugins-path "$(plugin_directory)"
  output plugins-prefix "$prefix-plugins-"
  output plugins-key "$prefix-plugins-$(printf '%s' "$required" | sha256)"
}

content() {
  local keys
  read_variables
  read_selection
  keys=$(imgbuild plan -format=cache-keys ${variables[@]+"${variables[@]}"} ${selection[@]+"${selection[@]}"} "${templates[@]}" 2>/dev/null) || return 0
  output downloads-path "${PACKER_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/packer}"
  output checkpoints-path "${IMGBUILD_CHECKPOINT_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/imgbuild/checkpoints}"
  local name digest
  while IFS='=' read -r name digest; do
    # Nothing was planned: the one line is empty.
    [ -n "$name" ] || continue
    output "$name-prefix" "$prefix-$name-"
    output "$name-key" "$prefix-$name-$digest"
  done <<<"$keys"
}

"$1"
