#!/bin/sh
# Says how to get a Node.js that runs imgbuild, if this one does not.
need="20.19"
if ! command -v node >/dev/null 2>&1; then
  echo "imgbuild needs Node.js $need or newer, and there is no node on PATH." >&2
elif node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'; then
  exit 0
else
  echo "imgbuild needs Node.js $need or newer; this is $(node --version)." >&2
fi
case "$(uname -s)" in
  Darwin) echo "    brew install node" >&2 ;;
  *) echo "    Install Node.js 20 or newer from https://nodejs.org or with your distribution's package manager." >&2 ;;
esac
exit 1
