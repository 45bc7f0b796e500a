import { sleep } from "../../lib/retry.ts";
import { BuildError } from "../../sdk/error.ts";
import type { Driver } from "./driver/driver.ts";
import { readLog } from "./driver/log.ts";
import type { VmInfo } from "./driver/vm-info.ts";
import { explainCrash } from "./driver/vm-state.ts";

export interface Watch {
  /** Aborts when the machine is gone although nobody asked it to; the reason is a BuildError. */
  readonly lost: AbortSignal;
  /** From now on the machine may switch itself off. */
  expectOff(): void;
  /** Resolves when the machine is off. Rejects with the abort reason, or when it crashed. */
  waitUntilOff(signal: AbortSignal): Promise<void>;
  /** Whether the machine was seen switched off. */
  readonly sawOff: boolean;
  end(): void;
}

const WATCH_INTERVAL_MS = 2000;
const OFF_INTERVAL_MS = 250;

/** Checks a running machine every other second. A check that VirtualBox does not answer says nothing about the machine. */
export function watchMachine(driver: Pick<Driver, "vmInfo">, vm: string, debug: (text: string) => void): Watch {
  const ended = new AbortController();
  const lost = new AbortController();
  const state = { offExpected: false, sawOff: false };
  const check = async (signal: AbortSignal): Promise<"off" | "on"> => {
    const info = await driver.vmInfo({ vm, signal }).catch((error: unknown) => {
      signal.throwIfAborted();
      debug(`the machine's state is unknown: ${String(error)}`);
      return "unknown" as const;
    });
    if (info === "unknown") return "on";
    if (info === undefined) throw new BuildError("The machine was removed from VirtualBox in the middle of the build");
    const power = await judge(info, debug);
    if (power === "off") state.sawOff = true;
    return power;
  };
  const watch = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await sleep(WATCH_INTERVAL_MS, ended.signal);
      if ((await check(ended.signal)) === "on") continue;
      if (!state.offExpected) throw switchedOff();
      return;
    }
  };
  void watch().catch((error: unknown) => {
    if (!ended.signal.aborted) lost.abort(error);
  });
  return {
    lost: lost.signal,
    get sawOff() {
      return state.sawOff;
    },
    expectOff: () => (state.offExpected = true),
    waitUntilOff: async (signal) => {
      state.offExpected = true;
      while ((await check(signal)) === "on") await sleep(OFF_INTERVAL_MS, signal);
    },
    end: () => ended.abort(),
  };
}

/** Rejects when the machine crashed. */
async function judge(info: VmInfo, debug: (text: string) => void): Promise<"off" | "on"> {
  const { state, condition } = info;
  if (condition === undefined) debug(`VirtualBox says the machine's state is "${state}", which is not known here`);
  if (condition === "crashed") throw await crashed(info);
  return condition === "off" ? "off" : "on";
}

async function crashed({ state, logFolder }: VmInfo): Promise<BuildError> {
  const tail = lastLines(await readLog(logFolder));
  const log = tail === "" ? "" : `. Its log ends with:\n${tail}`;
  return new BuildError(`The machine crashed: ${explainCrash(state)}${log}`, {
    hint: "Does it need other hardware (guest_os_type, chipset, memory)? VirtualBox's log has the details.",
  });
}

const TAIL_LINES = 15;

function lastLines(log: string): string {
  return log.trimEnd().split("\n").slice(-TAIL_LINES).join("\n");
}

function switchedOff(): BuildError {
  return new BuildError("The guest switched itself off in the middle of the build", {
    hint: "If a provisioner is meant to shut the machine down, set shutdown_command or disable_shutdown instead.",
  });
}
