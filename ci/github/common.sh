# What the scripts of the Action share. Inputs come as environment variables and are never part of a script's text.
set -euo pipefail

# On standard error, since a caller may take what is printed; the runner reads both.
fail() { # TEXT: an annotation that the text cannot break out of, and the end
  local text=$1
  text=${text//'%'/%25}
  text=${text//$'\r'/%0D}
  printf '::error title=imgbuild::%s\n' "${text//$'\n'/%0A}" >&2
  exit 1
}

read_lines() { # TEXT: its lines without the spaces around them, those that are not empty, in the array `lines`
  local line
  lines=()
  while IFS= read -r line || [ -n "$line" ]; do
    line=${line#"${line%%[![:space:]]*}"}
    line=${line%"${line##*[![:space:]]}"}
    [ -z "$line" ] || lines+=("$line")
  done <<<"$1"
}

read_templates() { # The templates that the inputs mean, in the array `templates`
  local line match
  templates=()
  read_lines "${INPUT_TEMPLATES:-.}"
  for line in ${lines[@]+"${lines[@]}"}; do
    # What begins with a dash would be a flag.
    case $line in -*) line=./$line ;; esac
    if [ -e "$line" ] || ! compgen -G "$line" >/dev/null; then templates+=("$line"); else
      while IFS= read -r match; do templates+=("$match"); done < <(compgen -G "$line")
    fi
  done
  [ ${#templates[@]} -gt 0 ] || fail 'The input "templates" is empty. It has a file, a folder or a pattern on each line.'
}

read_variables() { # Flags that give variables their values, in the array `variables`
  local line
  variables=()
  read_lines "${INPUT_VAR_FILES:-}"
  for line in ${lines[@]+"${lines[@]}"}; do variables+=("-var-file=$line"); done
  read_lines "${INPUT_VARS:-}"
  for line in ${lines[@]+"${lines[@]}"}; do variables+=("-var=$line"); done
}

read_selection() { # -only and -except, in the array `selection`
  selection=()
  [ -z "${INPUT_ONLY:-}" ] || selection+=("-only=$INPUT_ONLY")
  [ -z "${INPUT_EXCEPT:-}" ] || selection+=("-except=$INPUT_EXCEPT")
}

sha256() { # [FILE]: hexadecimal digits, of standard input where no file is named
  if command -v sha256sum >/dev/null 2>&1; then sha256sum -- "${1:--}"; else shasum -a 256 -- "${1:--}"; fi | cut -d ' ' -f 1
}

wants() { # WORD LIST: whether a list of words, with commas or spaces between them, has it
  case " ${2//[$',\n\t']/ } " in *" $1 "*) return 0 ;; *) return 1 ;; esac
}
