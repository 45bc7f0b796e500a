import { dirname } from "node:path";
import { identifyProcess } from "../../lib/process-identity.ts";
import { connectQmp, type QmpClient } from "./qmp.ts";
import { createQmpKeyboard } from "./qmp-keyboard.ts";
import type { Reaper } from "../../sdk/journal.ts";
import { reaper as processReaper, type OwnedProcess } from "../../owned/owned-process.ts";
import type { Step, Undo } from "../../sdk/run.ts";
import { playKeystrokes } from "../../steps/boot-command/play-keystrokes.ts";
import { screenshot } from "./screen.ts";

export interface MachineMark {
  readonly name: string;
  readonly binary: string;
  /** Text in QEMU's arguments that holds the run id. */
  readonly mark: string;
  /** The control socket left to `imgbuild screen`. */
  readonly screen: string;
}

/** Journals a QEMU process before it is started. */
export async function ownMachine(step: Pick<Step, "own">, machine: MachineMark, undo: Undo): Promise<OwnedProcess> {
  const { name, binary, mark, screen } = machine;
  const details = { name, program: binary, screenSocket: screen };
  const entry = await step.own({ kind: "qemu-process", id: mark, details }, undo);
  return {
    started: async (pid) => entry.update({ ...(await identifyProcess(pid)) }),
    ended: () => entry.strike(),
  };
}

/** Ends QEMU processes of runs that died, and shows the screens of those that live. */
export const reaper: Reaper = {
  ...processReaper,
  type: "qemu-process",
  describe: ({ id, details }) => `virtual machine "${String(details?.["name"] ?? id)}" (QEMU)`,
  screen: ({ id, details }) => {
    const socket = String(details?.["screenSocket"]);
    return {
      name: String(details?.["name"] ?? id),
      capture: (signal) => withMachine(socket, signal, (qmp) => screenshot(qmp, dirname(socket), signal)),
      type: (keystrokes, signal) =>
        withMachine(socket, signal, (qmp) => {
          // Whether it is a PC's is not known here, so nobody is asked whether a key was taken.
          const keyboard = createQmpKeyboard(qmp, { hasPcKeyboard: false });
          return playKeystrokes(keystrokes, keyboard, { signal });
        }),
    };
  },
};

async function withMachine<Result>(
  socket: string,
  signal: AbortSignal,
  body: (qmp: QmpClient) => Promise<Result>,
): Promise<Result> {
  const qmp = await connectQmp(socket, { signal, timeoutMs: 2000 });
  try {
    return await body(qmp);
  } finally {
    qmp.close();
  }
}
