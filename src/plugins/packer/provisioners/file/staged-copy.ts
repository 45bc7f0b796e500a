import { randomBytes } from "node:crypto";
import { basename } from "node:path";
import { onStop } from "../../../../lib/on-stop.ts";
import { shellQuote, shellQuotePath } from "../../../../lib/shell-quote.ts";
import type { ExecResult } from "../../../../sdk/communicator.ts";
import { BuildError } from "../../../../sdk/error.ts";
import { askGuest } from "../../../../steps/guest-command.ts";
import { tidyGuest } from "../../../../steps/tidy-guest.ts";
import { copy, type CopySource, type Upload } from "./copy.ts";

/** Copies to a directory of the user's own, then moves it into place with the asked-for rights, as root where asked for. */
export async function copyStaged(upload: Upload, source: CopySource, target: string): Promise<void> {
  const { run, config, communicator } = upload;
  const staging = `/tmp/imgbuild-${randomBytes(8).toString("hex")}`;
  try {
    await ask(upload, `mkdir -m 0700 ${staging}`, "make a directory in /tmp");
    const { into, script } = await stage(upload, source, { staging, target });
    const become = config.become ? `${config.become_command} ` : "";
    await ask(upload, `${become}sh -c ${shellQuote(script)}`, `put "${into}" in place`);
  } finally {
    await tidyGuest(run, communicator, `rm -rf ${staging}`);
  }
}

interface StagingPlace {
  readonly staging: string;
  readonly target: string;
}

/** Where the staged copy goes, and the script that moves it there. */
async function stage(upload: Upload, source: CopySource, { staging, target }: StagingPlace) {
  const { owner } = upload.config;
  if (source.kind === "file") {
    const staged = `${staging}/file`;
    await copy(upload, source, staged);
    return { into: target, script: placeFile(staged, target, owner) };
  }
  const staged = `${staging}/tree`;
  await copy(upload, { ...source, path: `${source.path.replace(/\/$/, "")}/` }, staged);
  const name = source.path.endsWith("/") ? undefined : basename(source.path);
  return { into: target, script: placeTree(staged, { target, name, owner }) };
}

/** Copied beside the target by the one who may write there, then renamed: the rename never crosses file systems. */
function placeFile(staged: string, target: string, owner: string | undefined): string {
  const directory = target.slice(0, target.lastIndexOf("/") + 1);
  const temporary = `${directory}.imgbuild-${randomBytes(8).toString("hex")}`;
  const [from, to, aside] = [shellQuote(staged), shellQuotePath(target), shellQuotePath(temporary)];
  const remove = `rm -f ${aside}`;
  const isFree = `if [ -d ${to} ]; then echo "there is a directory of that name" >&2; exit 1; fi`;
  const steps = [`cp -p ${from} ${aside}`, `chown ${ownerWord(owner)} ${aside}`, `mv -f ${aside} ${to}`];
  return `${onStop(remove)}; ${isFree}; ${steps.join(" && ")} || { s=$?; ${remove}; exit $s; }`;
}

interface TreePlace {
  readonly target: string;
  /** The directory's name where it is copied itself; absent where only what is in it is. */
  readonly name: string | undefined;
  readonly owner: string | undefined;
}

/** As a copy without staging: into a directory that is there under its own name, else it becomes the one that is named. */
function placeTree(staged: string, { target, name, owner }: TreePlace): string {
  const [from, to] = [shellQuote(staged), shellQuotePath(target.replace(/(?<=.)\/$/, ""))];
  const choose = name === undefined ? `t=${to}` : `t=${to}; [ ! -d "$t" ] || t="$t"/${shellQuote(name)}`;
  return `${choose}; mkdir -p "$t" && chown -R ${ownerWord(owner)} ${from} && cp -Rp ${from}/. "$t"/`;
}

/** Without an owner the files belong to the user who puts them in place. */
function ownerWord(owner: string | undefined): string {
  return owner === undefined ? '"$(id -u):$(id -g)"' : shellQuote(owner);
}

async function ask({ run, communicator }: Upload, command: string, purpose: string): Promise<void> {
  const { result, stderr } = await askGuest(communicator, command, { signal: run.signal });
  if (result.kind === "exit" && result.code === 0) return;
  const why = stderr.trim() || describeEnd(result);
  const summary = `Could not ${purpose} in the machine: ${why}`;
  if (!/password|sudo/i.test(why)) throw new BuildError(summary);
  const hint = "become needs sudo without a password, or a become_command that gives it.";
  throw new BuildError(summary, { hint });
}

function describeEnd(result: ExecResult): string {
  if (result.kind !== "exit") return result.kind;
  return `exit status ${result.code}`;
}
