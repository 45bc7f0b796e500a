import type { ExecResult, GuestShell } from "../../sdk/communicator.ts";
import { LoginFailure } from "./login-failure.ts";
import { execOnLink } from "./exec.ts";
import type { SshLink } from "./link.ts";
import { throughSh } from "./through-sh.ts";

/** What one command, right after the login, finds out about the guest. */
export interface GuestFacts {
  /** Scripts of the Bourne family can be run: by the login shell, or by `/bin/sh` in its place. */
  readonly posix: boolean;
  /** What reads them. */
  readonly shell: GuestShell;
  /** The login shell reads another language (fish, tcsh), or one that is nearly the same (zsh). */
  readonly foreignShell: boolean;
  readonly tools: ReadonlySet<string>;
  /** Differs after every boot; `undefined` where it cannot be found out. */
  readonly bootId: string | undefined;
  /** What the machine says to every command, whatever it is; absent where it runs them. */
  readonly fixedAnswer?: string | undefined;
}

const TOOLS = ["tar", "scp", "sha256sum", "cloud-init"];
const BEGIN = "imgbuild-guest";
const FOREIGN = "foreign";

const question = [
  `echo ${BEGIN}`,
  "cat /proc/sys/kernel/random/boot_id 2>/dev/null || sysctl -n kern.boottime 2>/dev/null || grep btime /proc/stat 2>/dev/null || echo -",
  `for tool in ${TOOLS.join(" ")}; do command -v $tool >/dev/null 2>&1 && echo has $tool; done`,
  // It gives up a command in which a pattern matches nothing.
  `[ -z "$ZSH_VERSION" ] || echo ${FOREIGN}`,
  "echo end",
].join("; ");

/** Each shell of Windows leaves the other one's variable as it is. */
const windowsQuestion = "echo imgbuild-%OS%-$env:OS";

/**
 * One round trip, two where it is a Windows, three where the login shell is of another family. A guest that cannot run even
 * this is not ready, unless it merely has another kind of shell.
 */
export async function askGuestFacts(link: SshLink, signal: AbortSignal): Promise<GuestFacts> {
  const facts = await lookAround(link, signal);
  link.posix = facts.posix;
  link.foreignShell = facts.foreignShell;
  link.fixedAnswer = facts.fixedAnswer;
  return facts;
}

async function lookAround(link: SshLink, signal: AbortSignal): Promise<GuestFacts> {
  const first = await ask(link, question, signal);
  const facts = parseGuestFacts(first.stdout);
  if (facts !== undefined) return facts;
  link.posix = false;
  const second = await ask(link, windowsQuestion, signal);
  const windows = windowsShell(second.stdout);
  if (windows !== undefined) return { ...UNKNOWN, shell: windows };
  const third = await ask(link, throughSh(question), signal);
  const behind = parseGuestFacts(third.stdout);
  if (behind !== undefined) return { ...behind, foreignShell: true };
  const answers = [first, second, third].map(describeAnswer);
  const isFixed = answers.every((answer) => answer === answers[0]);
  return { ...UNKNOWN, fixedAnswer: isFixed ? answers[0] : undefined };
}

const UNKNOWN: GuestFacts = {
  posix: false,
  shell: "other",
  foreignShell: false,
  tools: new Set(),
  bootId: undefined,
};

interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  readonly result: ExecResult;
}

async function ask(link: SshLink, command: string, signal: AbortSignal): Promise<Answer> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  const result = await execOnLink(link, command, {
    signal,
    forLoginShell: true,
    onStdout: (chunk) => void stdout.push(chunk),
    onStderr: (chunk) => void stderr.push(chunk),
  });
  if (result.kind === "disconnect") {
    throw new LoginFailure("first-command", `the login worked, but the connection was lost at once (${result.reason})`);
  }
  return { stdout: textOf(stdout), stderr: textOf(stderr), result };
}

function textOf(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString("utf8");
}

const LONGEST_ANSWER = 200;

/** `"Please log in as admin" (exit status 142)`. */
function describeAnswer({ stdout, stderr, result }: Answer): string {
  const lines = `${stdout}\n${stderr}`.split(/\s*[\r\n]+\s*/).filter((line) => line !== "");
  const text = lines.join(" ").slice(0, LONGEST_ANSWER);
  const status = result.kind === "exit" ? `exit status ${result.code}` : result.kind;
  return text === "" ? `nothing but ${status}` : `"${text}" (${status})`;
}

function windowsShell(answer: string): GuestShell | undefined {
  if (answer.includes("imgbuild-Windows_NT-")) return "cmd";
  return answer.includes("-Windows_NT") ? "powershell" : undefined;
}

function parseGuestFacts(answer: string): GuestFacts | undefined {
  const lines = answer.split(/\r?\n/);
  // A talkative .bashrc may have printed something before.
  const begin = lines.indexOf(BEGIN);
  if (begin === -1 || !lines.includes("end", begin)) return undefined;
  const facts = lines.slice(begin + 1);
  const bootId = facts[0] === "-" || facts[0] === "" ? undefined : facts[0];
  return {
    posix: true,
    shell: "posix",
    foreignShell: facts.includes(FOREIGN),
    tools: new Set(facts.flatMap((line) => (line.startsWith("has ") ? [line.slice(4)] : []))),
    bootId,
  };
}
