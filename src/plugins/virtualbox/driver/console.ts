import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Console, VmRequest } from "./driver.ts";
import type { VBoxManage } from "./vboxmanage.ts";

export function consoleVerbs(call: VBoxManage): Console {
  return {
    sendScanCodes: async ({ vm, codes, ...options }) => {
      await call(["controlvm", vm, "keyboardputscancode", ...codes], options);
    },
    textScreen: async ({ vm, ...options }) => parseTextScreen(await call(["debugvm", vm, "info", "vgatext"], options)),
    hasUnreadKeys: async ({ vm, ...options }) => parseUnreadKeys(await call(["debugvm", vm, "info", "ps2k"], options)),
    screenshot: (request) => screenshot(call, request),
  };
}

/** Reads the debugger's view of a text screen: the rows between two rules, of which the first says their width. */
export function parseTextScreen(view: string): string | undefined {
  const [head, ...rows] = view.split(/\r?\n/);
  const [, width] = /^-+ (\d+)x\d+ -+$/.exec(head!) ?? [];
  if (width === undefined) return undefined;
  const end = rows.findLastIndex((row) => /^-+$/.test(row));
  const padded = rows.slice(0, end).map((row) => row.padEnd(Number(width)));
  return padded.join("").trimEnd();
}

/** Reads the debugger's view of a PS/2 keyboard: `Input queue  : 3 items (64 max)`. */
export function parseUnreadKeys(view: string): boolean {
  return /^Input queue\s*: *[1-9]\d* items/m.test(view);
}

async function screenshot(
  call: VBoxManage,
  { vm, directory, signal }: VmRequest<{ directory: string }>,
): Promise<Uint8Array> {
  const path = join(directory, `screen-${randomUUID()}.png`);
  try {
    await call(["controlvm", vm, "screenshotpng", path], { signal, lockTimeoutMs: 1000 });
    return await readFile(path);
  } finally {
    await rm(path, { force: true });
  }
}
