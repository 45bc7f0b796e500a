import { shellQuote } from "../../lib/shell-quote.ts";
import type { SshLink } from "./link.ts";
import { runOnLink } from "./run-on-link.ts";
import { throughSh } from "./through-sh.ts";

/** With the time the processes get to end by themselves, below the five seconds a cancelled run may take. */
const LIMIT_MS = 4500;
/** A frozen machine is not waited for. */
const SILENCE_MS = 2000;

const stops = new WeakMap<SshLink, Promise<boolean>>();

/**
 * Ends everything that runs in the guest for this connection, children included; true when it is gone. Servers differ in what they
 * do about a command whose channel is closed or that is sent a signal (OpenSSH ignores signals for root, dropbear sends
 * them to the shell alone), so the guest's own `kill` does it.
 */
export function stopCommands(link: SshLink): Promise<boolean> {
  const stopping = stops.get(link) ?? stopOnce(link).finally(() => stops.delete(link));
  stops.set(link, stopping);
  return stopping;
}

async function stopOnce(link: SshLink): Promise<boolean> {
  if (!link.alive || link.posix !== true) return false;
  const silent = new AbortController();
  const timer = setTimeout(() => silent.abort(new Error("the machine does not answer")), SILENCE_MS);
  const signal = AbortSignal.any([silent.signal, AbortSignal.timeout(LIMIT_MS)]);
  try {
    const onStdout = () => clearTimeout(timer);
    const command = link.foreignShell ? throughSh(stopScript) : `exec sh -c ${shellQuote(stopScript)}`;
    const result = await runOnLink(link, command, { signal, onStdout }, leaveAlone);
    return result.kind === "exit" && result.code === 0;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

const leaveAlone = (): Promise<void> => Promise.resolve();

/**
 * OpenSSH and dropbear have one process for each connection, whose children are its commands. Their descendants and
 * sessions get SIGTERM, a second and a half later SIGKILL: at first not the shells that still have temporary files to remove.
 * Where an ordinary user may not (`sudo`), sudo is asked. Of other servers nothing is assumed: a process of theirs may
 * serve other people too. What a script has put into a session of its own (a daemon) stays.
 */
const stopScript = `
exec 2>/dev/null
case $(cat /proc/$PPID/comm || ps -o comm= -p $PPID) in *sshd*|*dropbear*) ;; *) exit 3 ;; esac
echo stopping
set -f
line='
'
# Process, parent and session (or group) of everything that runs, one a line.
list() {
  set +f
  set -- /proc/[0-9]*/stat
  set -f
  [ -r /proc/self/stat ] || { ps -A -o pid= -o ppid= -o pgid=; return; }
  IFS=$line
  for l in $(cat "$@"); do
    IFS=' '
    set -- \${l%% *} \${l##*) }
    [ "$2" = Z ] || echo $1 $3 $5
  done
}
seen=' '
look() {
  now=$(list)
  more=1
  while [ $more = 1 ]; do
    more=0 left= below=
    IFS=$line
    for l in $now; do
      IFS=' '
      set -- $l
      case $seen in
      *" $1 "*)
        left="$left $1"
        [ $2 = $PPID ] || below="$below $1"
        continue ;;
      esac
      [ $1 != $$ ] || continue
      if [ $2 != $PPID ]; then
        case $seen in *" $2 "*|*" $3 "*) ;; *) continue ;; esac
      fi
      seen="$seen$1 " more=1
    done
  done
  IFS=' '
}
send() { [ $# = 1 ] || kill "-$@" || sudo -n kill "-$@"; }
# Hundredths of a second.
clock() { read -r t u </proc/uptime && t=\${t%.*}\${t#*.} || t=$(date +%s)00; }
start=
while look; [ -n "$left" ]; do
  clock
  if [ -z "$start" ]; then send TERM $left; start=$t
  elif [ $((t - start)) -lt 150 ]; then :
  elif [ $((t - start)) -lt 180 ]; then send KILL $below
  elif [ $((t - start)) -lt 400 ]; then send KILL $left
  else exit 4
  fi
  sleep 0.1 || sleep 1
done
`;
