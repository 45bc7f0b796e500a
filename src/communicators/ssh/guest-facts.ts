import { LoginFailure } from "./login-failure.ts";
import { execOnLink } from "./exec.ts";
import type { SshLink } from "./link.ts";

/** What one command, right after the login, finds out about the guest. */
export interface GuestFacts {
  /** Commands are read by a shell of the Bourne family. */
  readonly posix: boolean;
  readonly tools: ReadonlySet<string>;
  /** Differs after every boot; `undefined` where it cannot be found out. */
  readonly bootId: string | undefined;
}

const TOOLS = ["tar", "scp", "sha256sum", "cloud-init"];
const BEGIN = "imgbuild-guest";

const question = [
  `echo ${BEGIN}`,
  "cat /proc/sys/kernel/random/boot_id 2>/dev/null || sysctl -n kern.boottime 2>/dev/null || grep btime /proc/stat 2>/dev/null || echo -",
  `for tool in ${TOOLS.join(" ")}; do command -v $tool >/dev/null 2>&1 && echo has $tool; done`,
  "echo end",
].join("; ");

/** One round trip. A guest that cannot run even this is not ready, unless it merely has another kind of shell. */
export async function askGuestFacts(link: SshLink, signal: AbortSignal): Promise<GuestFacts> {
  const chunks: Buffer[] = [];
  const result = await execOnLink(link, question, { signal, onStdout: (chunk) => void chunks.push(chunk) });
  if (result.kind === "disconnect") {
    throw new LoginFailure("first-command", `the login worked, but the connection was lost at once (${result.reason})`);
  }
  const facts = parseGuestFacts(Buffer.concat(chunks).toString("utf8"));
  link.posix = facts.posix;
  return facts;
}

function parseGuestFacts(answer: string): GuestFacts {
  const lines = answer.split(/\r?\n/);
  // A talkative .bashrc may have printed something before.
  const begin = lines.indexOf(BEGIN);
  const posix = begin !== -1 && lines.includes("end", begin);
  if (!posix) return { posix: false, tools: new Set(), bootId: undefined };
  const facts = lines.slice(begin + 1);
  const bootId = facts[0] === "-" || facts[0] === "" ? undefined : facts[0];
  return { posix, tools: new Set(facts.flatMap((line) => (line.startsWith("has ") ? [line.slice(4)] : []))), bootId };
}
