import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sleep } from "../../lib/retry.ts";
import { BuildError } from "../../sdk/error.ts";
import { machineInfo, type Driver } from "./driver/driver.ts";
import type { MachineInfo } from "./driver/vm-info.ts";
import { conditionOf, explainCrash } from "./driver/vm-state.ts";

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

/** Looks at a running machine every other second. A question VirtualBox does not answer says nothing about the machine. */
export function watchMachine(driver: Driver, vm: string, debug: (text: string) => void): Watch {
  const ended = new AbortController();
  const lost = new AbortController();
  const state = { offExpected: false, sawOff: false };
  const look = async (signal: AbortSignal): Promise<"off" | "on"> => {
    const info = await machineInfo(driver, vm, signal).catch((error: unknown) => {
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
      if ((await look(ended.signal)) === "on") continue;
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
      while ((await look(signal)) === "on") await sleep(OFF_INTERVAL_MS, signal);
    },
    end: () => ended.abort(),
  };
}

/** Rejects when the machine crashed. */
async function judge(info: MachineInfo, debug: (text: string) => void): Promise<"off" | "on"> {
  const state = info.get("VMState") ?? "";
  const condition = conditionOf(state);
  if (condition === undefined) debug(`VirtualBox says the machine's state is "${state}", which is not known here`);
  if (condition !== "crashed") return condition === "off" ? "off" : "on";
  const tail = await logTail(info);
  throw new BuildError(
    `The machine crashed: ${explainCrash(state)}${tail === "" ? "" : `. Its log ends with:\n${tail}`}`,
    {
      hint: "Does it need other hardware (guest_os_type, chipset, memory)? VirtualBox's log has the details.",
    },
  );
}

const TAIL_LINES = 15;

async function logTail(info: MachineInfo): Promise<string> {
  const folder = info.get("LogFldr");
  if (folder === undefined) return "";
  const log = await readFile(join(folder, "VBox.log"), "utf8").catch(() => "");
  return log.trimEnd().split("\n").slice(-TAIL_LINES).join("\n");
}

function switchedOff(): BuildError {
  return new BuildError("The guest switched itself off in the middle of the build", {
    hint: "If a provisioner is meant to shut the machine down, set shutdown_command or disable_shutdown instead.",
  });
}
