#!/bin/sh
# What `make virtualbox` needs, said before anything is downloaded.
missing=0
if ! command -v VBoxManage >/dev/null 2>&1; then
  missing=1
  echo "make virtualbox needs VirtualBox, and there is no VBoxManage on PATH." >&2
  case "$(uname -s)" in
    Darwin) echo "    brew install --cask virtualbox" >&2 ;;
    *) echo "    Install it from https://www.virtualbox.org/wiki/Linux_Downloads, or: sudo apt-get install virtualbox" >&2 ;;
  esac
elif ! version=$(VBoxManage --version 2>&1) || ! echo "$version" | grep -q '^[0-9]'; then
  missing=1
  echo "VirtualBox is installed but cannot be used. VBoxManage --version says:" >&2
  echo "$version" | sed 's/^/    /' >&2
fi
if ! command -v vagrant >/dev/null 2>&1; then
  echo "Note: vagrant is not installed; you will need it to run the box, not to build it." >&2
  case "$(uname -s)" in
    Darwin) echo "    brew install --cask vagrant" >&2 ;;
    *) echo "    sudo apt-get install vagrant" >&2 ;;
  esac
fi
exit $missing
