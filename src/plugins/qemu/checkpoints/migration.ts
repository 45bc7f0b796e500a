import { connect } from "node:net";
import { pipeline } from "node:stream/promises";
import { poll } from "../../../lib/retry.ts";
import { shellQuote } from "../../../lib/shell-quote.ts";
import { isSystemError } from "../../../lib/system-error.ts";
import { untilAborted } from "../../../lib/until-aborted.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { SavedMachine } from "../../../sdk/checkpoint.ts";
import type { QmpClient } from "../qmp.ts";

/** Bytes in a second: QEMU would otherwise write to a file as slowly as to a network. */
const MAX_BANDWIDTH = 64 * 1024 ** 3;

/**
 * Writes the memory and the devices of a stopped machine to a file.
 * Source: QEMU, docs/devel/migration (main.rst), and QMP reference, "Migration".
 */
export async function saveMemory(qmp: QmpClient, path: string, signal: AbortSignal): Promise<void> {
  await announceMigration(qmp, signal);
  await qmp.execute("migrate-set-parameters", { "max-bandwidth": MAX_BANDWIDTH }, { signal });
  await migrated(qmp, () => qmp.execute("migrate", { uri: `exec:cat > ${shellQuote(path)}` }, { signal }), signal);
}

export interface MemorySource {
  readonly memory: SavedMachine["memory"];
  /** Where QEMU is to listen for it. Nothing may be there. */
  readonly socket: string;
}

/**
 * Brings memory and devices back into a QEMU that was started with `-incoming defer`. The machine is stopped then. They come
 * through a socket: memory that was packed takes no room on the disk.
 */
export async function loadMemory(qmp: QmpClient, source: MemorySource, signal: AbortSignal): Promise<void> {
  await announceMigration(qmp, signal);
  await migrated(qmp, () => feed(qmp, source, signal), signal);
}

async function feed(qmp: QmpClient, { memory, socket }: MemorySource, signal: AbortSignal): Promise<void> {
  await qmp.execute("migrate-incoming", { uri: `unix:${socket}` }, { signal });
  await pipeline(memory(signal), connect(socket), { signal }).catch((error: unknown) => {
    // Of what it does not like QEMU says more itself.
    if (!hungUp(error)) throw error;
  });
}

const hungUp = (error: unknown): boolean => isSystemError(error) && ["EPIPE", "ECONNRESET"].includes(error.code ?? "");

/** How often QEMU is asked whether it has finished, and for how long: no event says so. */
const FINISHED = { intervalMs: 10, timeoutMs: 60_000 };

/**
 * Lets the machine go on. QEMU tells that a migration is completed a moment before it is finished, and refuses to go on
 * in between. Rejects with what QEMU says where the machine has to stand still.
 */
export async function goOn(qmp: QmpClient): Promise<void> {
  await poll(async () => {
    const { status } = (await qmp.execute("query-status")) as { readonly status: string };
    return status === "finish-migrate" ? undefined : status;
  }, FINISHED);
  await qmp.execute("cont", {});
}

async function announceMigration(qmp: QmpClient, signal: AbortSignal): Promise<void> {
  const capabilities = [{ capability: "events", state: true }];
  await qmp.execute("migrate-set-capabilities", { capabilities }, { signal });
}

async function migrated(qmp: QmpClient, start: () => Promise<unknown>, signal: AbortSignal): Promise<void> {
  const finished = new AbortController();
  let stopListening = (): void => {};
  const ended = new Promise<string>((resolve) => {
    stopListening = qmp.onEvent(({ name, data }) => {
      const status = String(data["status"]);
      if (name === "MIGRATION" && ["completed", "failed", "cancelled"].includes(status)) resolve(status);
    });
  });
  try {
    await start();
    const gone = qmp.closed.then(() => "QEMU ended");
    const status = await Promise.race([ended, gone, untilAborted(signal, finished.signal).then(() => "aborted")]);
    signal.throwIfAborted();
    if (status !== "completed")
      throw new BuildError(`QEMU could not move the machine's memory: ${await reason(qmp, status)}`);
  } finally {
    finished.abort();
    stopListening();
  }
}

async function reason(qmp: QmpClient, status: string): Promise<string> {
  const answer = await qmp.execute("query-migrate").catch(() => ({}));
  const { "error-desc": text } = answer as { "error-desc"?: string };
  return text ?? status;
}
