#!/usr/bin/env bash
# imgbuild build for each template, and one table, one metadata file and one set of outputs of them all.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

read_templates
read_variables
read_selection
read_lines "${INPUT_ARGS:-}"
args=(${lines[@]+"${lines[@]}"})
parts=$(mktemp -d "${RUNNER_TEMP:?}/imgbuild-parts-XXXXXX")
metadata=${INPUT_METADATA_FILE:-$parts/imgbuild-metadata.json}
begun=$(mktemp "$RUNNER_TEMP/imgbuild-begun-XXXXXX")
number=0
failed=()

for template in "${templates[@]}"; do
  # Each shows its own log; the table and the outputs are made of all of them.
  GITHUB_STEP_SUMMARY='' GITHUB_OUTPUT='' IMGBUILD_METADATA_FILE=$parts/part-$((++number)).json \
    imgbuild build ${variables[@]+"${variables[@]}"} ${selection[@]+"${selection[@]}"} ${args[@]+"${args[@]}"} "$template" ||
    failed+=("build $template")
done
if compgen -G "$parts/part-*.json" >/dev/null; then
  imgbuild manifest merge -latest -force "$metadata" "$parts"/part-*.json
fi
manifest=${INPUT_MANIFEST_FILE:-packer-manifest.json}
if [ "$manifest" -nt "$begun" ]; then
  printf 'manifest=%s\n' "$(cd "$(dirname "$manifest")" && pwd)/$(basename "$manifest")" >>"$GITHUB_OUTPUT"
fi
[ ${#failed[@]} -eq 0 ] || fail "Failed: $(printf '%s\n' "${failed[@]}")"
