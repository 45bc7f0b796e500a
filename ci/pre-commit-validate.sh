#!/usr/bin/env bash
# imgbuild validate, once for each folder of the files that have changed: the files of a folder are one template. All are tried.
#   pre-commit-validate.sh [FLAG...] FILE...
set -euo pipefail

flags=()
folders=()
for argument in "$@"; do
  if [ ! -e "$argument" ] && [ ${#folders[@]} -eq 0 ]; then
    flags+=("$argument")
    continue
  fi
  folder=$(dirname -- "$argument")
  case $folder in -*) folder=./$folder ;; esac
  # A folder of variable files is no template.
  compgen -G "$folder/*.pkr.hcl" >/dev/null || compgen -G "$folder/*.pkr.json" >/dev/null || continue
  known=no
  for other in ${folders[@]+"${folders[@]}"}; do [ "$other" != "$folder" ] || known=yes; done
  [ $known = yes ] || folders+=("$folder")
done

code=0
for folder in ${folders[@]+"${folders[@]}"}; do imgbuild validate ${flags[@]+"${flags[@]}"} "$folder" || code=1; done
exit $code
