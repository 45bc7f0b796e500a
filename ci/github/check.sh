#!/usr/bin/env bash
# imgbuild init, fmt -check and validate, as far as the input `run` asks for them. All of them and all templates are tried, so
# that one run shows every mistake.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

read_templates
read_variables
read_lines "${INPUT_VALIDATE_ARGS:-}"
validate_args=(${lines[@]+"${lines[@]}"})
failed=()

each_template() { # COMMAND...
  local template
  for template in "${templates[@]}"; do
    printf '$ imgbuild %s %s\n' "$1" "$template"
    imgbuild "$@" "$template" || failed+=("$1 $template")
  done
}

if wants init "$INPUT_RUN"; then each_template init; fi
if wants fmt "$INPUT_RUN"; then each_template fmt -check; fi
if wants validate "$INPUT_RUN"; then
  read_selection
  each_template validate ${variables[@]+"${variables[@]}"} ${selection[@]+"${selection[@]}"} ${validate_args[@]+"${validate_args[@]}"}
fi
[ ${#failed[@]} -eq 0 ] || fail "Failed: $(printf '%s\n' "${failed[@]}")"
