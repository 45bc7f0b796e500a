#!/usr/bin/env bash
# Packs the npm package, installs it into an empty directory as a user would, and runs a build and the library with it.
set -euo pipefail
cd "$(dirname "$0")/.."
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
npm run --silent build
package=$(npm pack --silent --pack-destination "$place")
cd "$place"
npm init --yes >/dev/null 2>&1
npm install --no-audit --no-fund --silent "./$package" 2>/dev/null
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
echo "The package works: $(ls -l "$package" | awk '{ print $5 }') bytes packed."
