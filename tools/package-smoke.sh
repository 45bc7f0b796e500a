#!/usr/bin/env bash
# Packs the npm package, installs it into an empty directory as a user would, and runs a build and the library with it.
set -euo pipefail
cd "$(dirname "$0")/.."
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
checkout=$PWD
tsc=$checkout/node_modules/typescript/bin/tsc
package=$(npm pack --silent --pack-destination "$place" | tail -n 1)
cd "$place"
npm init --yes >/dev/null 2>&1
npm install --no-audit --no-fund --silent --ignore-scripts "./$package" 2>/dev/null
megabytes=$(du -sm --apparent-size node_modules | cut -f 1)
[ "$megabytes" -le 30 ] || { echo "The installed package takes $megabytes MB; 30 are enough." >&2; exit 1; }
! grep -q '"hasInstallScript": true' package-lock.json || { echo "The package needs install scripts." >&2; exit 1; }
export IMGBUILD_STATE_DIR=$place/state
cat >demo.pkr.hcl <<'TEMPLATE'
source "file" "demo" {
  content = "made by the installed package"
  target  = "demo.txt"
}

build {
  sources = ["source.file.demo"]

  post-processor "compress" {
    output = "demo.tar.gz"
  }
}
TEMPLATE
npx imgbuild version
npx imgbuild validate demo.pkr.hcl
npx imgbuild build demo.pkr.hcl
tar -xzOf demo.tar.gz | grep -q "made by the installed package"
node --input-type=module -e '
  import { parseHcl } from "imgbuild/hcl";
  const { body, diagnostics } = parseHcl({ name: "x.hcl", text: "a = 1\n" });
  if (diagnostics.length !== 0 || body.attributes[0].name !== "a") throw new Error("imgbuild/hcl does not parse");
'
cat >types.mts <<'TYPES'
import { formatHcl, parseHcl, type Diagnostic } from "imgbuild/hcl";
const { body, diagnostics } = parseHcl({ name: "x.hcl", text: "a = 1\n" });
export const found: readonly Diagnostic[] = diagnostics;
export const count: number = body.attributes.length;
// @ts-expect-error: a number is no text to format
export const formatted: unknown = formatHcl(1);
TYPES
node "$tsc" --noEmit --strict --module nodenext --target es2023 types.mts
for example in node_modules/imgbuild/templates/*.pkr.hcl; do npx imgbuild fmt -check "$example"; done
if [ -n "${CI:-}" ]; then # the quickstart with it, where QEMU and what its installer is made of are there
  mkdir -p quickstart/test
  cp -r "$checkout/tools" "$checkout/templates" "$checkout/scripts" quickstart/
  cp -r "$checkout/test/guest" quickstart/test/
  IMGBUILD=$place/node_modules/.bin/imgbuild quickstart/tools/quickstart.sh >quickstart.log 2>&1 || { tail -n 40 quickstart.log; exit 1; }
  tar -tf quickstart/quickstart-libvirt.box | head -n 1 | grep -qx metadata.json
fi
printf 'The installed package takes %s MB.\n' "$megabytes"
echo "The package works: $(ls -l "$package" | awk '{ print $5 }') bytes packed."
