import type { Host } from "../../sdk/host.ts";
import type { JournalProbe } from "./journal-file.ts";
import { kill, ownPid } from "../../lib/this-process.ts";

/**
 * The hook of the crash tests: `IMGBUILD_TEST_SIGNAL_AT=5:KILL` makes the process send itself SIGKILL at the fifth
 * journal point (each write has one before and one after it). It can reach no other process and does nothing else, so
 * that a stray variable is no more than a Ctrl-C.
 */
export function testSignalProbe(host: Pick<Host, "env">): JournalProbe | undefined {
  const [, at, name] = /^(\d+):(INT|TERM|HUP|KILL)$/.exec(host.env["IMGBUILD_TEST_SIGNAL_AT"] ?? "") ?? [];
  if (at === undefined) return undefined;
  let point = 0;
  return () => {
    if (++point === Number(at)) kill(ownPid, `SIG${name}` as NodeJS.Signals);
  };
}
