import { findValue } from "./registry-output.ts";
import { execInShell } from "./exec.ts";
import type { WsmanClient } from "./wsman/client.ts";
import { createShell, deleteShell } from "./wsman/shell.ts";

/** What one look at the guest told. */
export interface GuestFacts {
  /** `10.0.20348`; empty where it is not Windows' own cmd.exe that answers. */
  readonly version: string;
  /** Windows is still being set up, and will restart by itself. */
  readonly inSetup: boolean;
}

const BEGIN = "imgbuild-guest";
const SETUP = "SystemSetupInProgress";

/** cmd.exe alone: PowerShell takes a second to start. */
const question = `echo ${BEGIN}&ver&reg query HKLM\\SYSTEM\\Setup /v ${SETUP}`;

/** Looks whether commands run, and where they do. `undefined` where they do not, or not properly. */
export async function askGuestFacts(client: WsmanClient, signal: AbortSignal): Promise<GuestFacts | undefined> {
  const shellId = await createShell(client, signal);
  try {
    const chunks: Buffer[] = [];
    const onStdout = (chunk: Buffer) => void chunks.push(chunk);
    const result = await execInShell(client, shellId, question, { signal, onStdout });
    const answer = Buffer.concat(chunks).toString("utf8");
    return result.kind === "exit" && answer.includes(BEGIN) ? parseFacts(answer) : undefined;
  } finally {
    void deleteShell(client, shellId, AbortSignal.timeout(10_000)).catch(() => {});
  }
}

function parseFacts(answer: string): GuestFacts {
  const [, version = ""] = /(\d+\.\d+\.\d+)/.exec(answer) ?? [];
  return { version, inSetup: Number(findValue(answer, SETUP) ?? 0) !== 0 };
}
