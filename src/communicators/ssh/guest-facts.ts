import type { GuestShell } from "../../sdk/communicator.ts";
import { LoginFailure } from "./login-failure.ts";
import { execOnLink } from "./exec.ts";
import type { SshLink } from "./link.ts";

/** What one command, right after the login, finds out about the guest. */
export interface GuestFacts {
  /** Commands are read by a shell of the Bourne family. */
  readonly posix: boolean;
  /** What reads them. */
  readonly shell: GuestShell;
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

/** Each shell of Windows leaves the other one's variable as it is. */
const windowsQuestion = "echo imgbuild-%OS%-$env:OS";

/** One round trip, two where it is no Unix. A guest that cannot run even this is not ready, unless it merely has another kind of shell. */
export async function askGuestFacts(link: SshLink, signal: AbortSignal): Promise<GuestFacts> {
  const facts = parseGuestFacts(await ask(link, question, signal));
  link.posix = facts.posix;
  if (facts.posix) return facts;
  return { ...facts, shell: windowsShell(await ask(link, windowsQuestion, signal)) };
}

async function ask(link: SshLink, command: string, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  const result = await execOnLink(link, command, { signal, onStdout: (chunk) => void chunks.push(chunk) });
  if (result.kind === "disconnect") {
    throw new LoginFailure("first-command", `the login worked, but the connection was lost at once (${result.reason})`);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function windowsShell(answer: string): GuestShell {
  if (answer.includes("imgbuild-Windows_NT-")) return "cmd";
  return answer.includes("-Windows_NT") ? "powershell" : "other";
}

function parseGuestFacts(answer: string): GuestFacts {
  const lines = answer.split(/\r?\n/);
  // A talkative .bashrc may have printed something before.
  const begin = lines.indexOf(BEGIN);
  const posix = begin !== -1 && lines.includes("end", begin);
  if (!posix) return { posix: false, shell: "other", tools: new Set(), bootId: undefined };
  const facts = lines.slice(begin + 1);
  const bootId = facts[0] === "-" || facts[0] === "" ? undefined : facts[0];
  return {
    posix,
    shell: "posix",
    tools: new Set(facts.flatMap((line) => (line.startsWith("has ") ? [line.slice(4)] : []))),
    bootId,
  };
}
