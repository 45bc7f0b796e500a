# shellcheck shell=bash
# To be sourced.

# say_that_it_runs COMMAND...: every four seconds, how long it has taken. Its own output is its own.
say_that_it_runs() {
  local began=$SECONDS code=0 never ticker
  # A wait without a process of its own, so that nothing outlives it: nobody writes to this pipe.
  exec {never}<> <(:)
  { while ! read -rt 4 -u "$never"; do printf '  ... %d s\n' $((SECONDS - began)); done; } &
  ticker=$!
  "$@" || code=$?
  kill $ticker 2>/dev/null && wait $ticker 2>/dev/null || true
  exec {never}<&-
  return $code
}

# quietly COMMAND...: the same, and what it prints is shown only where it fails.
quietly() {
  local log code=0
  log=$(mktemp)
  say_that_it_runs into "$log" "$@" || code=$?
  [ $code = 0 ] || tail -n 40 "$log" >&2
  rm -f "$log"
  return $code
}

into() { local log=$1; shift; "$@" >"$log" 2>&1; }
