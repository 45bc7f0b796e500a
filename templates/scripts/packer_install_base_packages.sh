#!/bin/bash
# Packages every machine from this image has. Without apt (another distribution) there is nothing to do here.
set -eu
command -v apt-get >/dev/null || exit 0
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -qy --no-install-recommends ca-certificates curl git unzip
