import type { Communicator } from "../sdk/communicator.ts";
import type { Run } from "../sdk/run.ts";
import { askGuest } from "./guest-command.ts";

/** A clock that is right to this many seconds is right: asking takes time too. */
const TOLERANCE_S = 5;
const ATTEMPTS = 2;
/** What takes longer to begin is no slow guest: its clock was not set. */
const SLOWEST_S = 120;

/**
 * Sets the clock of a machine that has stood still, and looks whether it is right afterwards. Certificates and packages
 * "of the future" fail otherwise. Says so where it cannot be set. `password` is the user's, for sudo.
 */
export async function setGuestClock(
  run: Run,
  communicator: Communicator,
  { password = "" }: { readonly password?: string | undefined } = {},
): Promise<void> {
  await run.step("set the guest's clock", async ({ signal }) => {
    const isWindows = communicator.shell === "cmd" || communicator.shell === "powershell";
    const setAndRead = isWindows ? setWindowsClock : setPosixClock;
    const now = (): number => Math.round(run.host.clock.now() / 1000);
    const stdin = isWindows ? undefined : `${password}\n`;
    let late = 0;
    // As far as can be told: what the guest shows, it shows some time between question and answer.
    let isRight = false;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      // A slow guest sets what it was told some time ago: the next time it is told what it will be then.
      const delay = late <= SLOWEST_S ? late : 0;
      const asked = now();
      const { stdout } = await askGuest(communicator, setAndRead(asked + delay), { signal, stdin });
      if (!/^\d+$/.test(stdout.trim())) return run.warn(UNTOLD);
      const seen = Number(stdout.trim());
      late = now() - seen;
      isRight = seen >= asked - TOLERANCE_S && late >= -TOLERANCE_S;
      run.debug("clock", `the guest's clock is ${late} s late`);
      if (Math.abs(late) <= TOLERANCE_S) return;
    }
    if (isRight) return;
    run.warn(
      `The guest's clock is ${late} s late and cannot be set: neither the user nor sudo may do so. What depends on the time (certificates, package lists) may fail.`,
    );
  });
}

const UNTOLD =
  "The guest does not say what time it has, so its clock may be late. What depends on the time (certificates, package lists) may fail.";

/** As the user, with the rights of others where nobody has to be asked, as BSD has it, with the user's password. */
const WAYS = [
  "date -u -s @",
  "sudo -n date -u -s @",
  "doas -n date -u -s @",
  "date -u -f %s ",
  "sudo -S -p '' date -u -s @",
];

/** Looks after each way: the `date` of busybox says that all went well when it may not set the clock. */
function setPosixClock(now: number): string {
  const isRight = `right() { late=$((${now} - $(date +%s))); [ $late -le 2 ] && [ $late -ge -${TOLERANCE_S} ]; }`;
  const ways = WAYS.map((way) => `{ ${way}${now}; right; }`);
  return `{ ${isRight}; right || ${ways.join(" || ")}; } >/dev/null 2>&1; date +%s`;
}

function setWindowsClock(now: number): string {
  const set = `Set-Date -Date ([DateTimeOffset]::FromUnixTimeSeconds(${now}).LocalDateTime) | Out-Null`;
  return `powershell -NoProfile -Command "try { ${set} } catch { }; [DateTimeOffset]::UtcNow.ToUnixTimeSeconds()"`;
}
