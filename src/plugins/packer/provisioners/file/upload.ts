import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { onStop } from "../../../../lib/on-stop.ts";
import { shellQuote, shellQuotePath } from "../../../../lib/shell-quote.ts";
import type { Communicator, UploadSource } from "../../../../sdk/communicator.ts";
import { BuildError } from "../../../../sdk/error.ts";
import { askGuest } from "../../../../steps/guest-command.ts";
import type { Run } from "../../../../sdk/run.ts";
import { warnOfWindowsLineEndsIn } from "../../scripts/script-line-ends.ts";
import { tidyGuest } from "../tidy-guest.ts";
import type { FileProvisionerConfig } from "./options.ts";

/** Something on this computer that is to be copied. */
type Source =
  | {
      readonly kind: "file";
      readonly name: string;
      /** Absent where the text is in the template. */
      readonly path?: string;
      readonly mode: number;
      readonly size: number;
      readonly open: UploadSource;
    }
  | { readonly kind: "directory"; readonly name: string; readonly path: string };

export async function upload(run: Run, config: FileProvisionerConfig, communicator: Communicator): Promise<void> {
  for (const source of await readSources(run, config)) {
    const target = source.kind === "file" ? fileTarget(config.destination, source.name) : config.destination;
    run.say(`Uploading ${source.name} => ${target}`);
    if (source.kind === "file" && source.path !== undefined)
      await warnOfWindowsLineEndsIn(run, source.name, source.path);
    if (needsStaging(config)) await uploadStaged(run, config, communicator, source, target);
    else await copy(run, communicator, source, target, modeOf(config));
  }
}

/** A destination with a trailing slash is a directory. */
function fileTarget(destination: string, name: string): string {
  return destination.endsWith("/") || destination.endsWith("\\") ? `${destination}${basename(name)}` : destination;
}

async function readSources(run: Run, config: FileProvisionerConfig): Promise<readonly Source[]> {
  if (config.content !== undefined) {
    const open = Buffer.from(config.content);
    return [{ kind: "file", name: "content", mode: 0o644, size: open.length, open }];
  }
  const paths = config.sources ?? (config.source === undefined ? [] : [config.source]);
  return Promise.all(paths.map((path) => readSource(run.directories.work, path)));
}

async function readSource(work: string, name: string): Promise<Source> {
  const path = resolve(work, name) + (/[/\\]$/.test(name) ? "/" : "");
  const found = await stat(path).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BuildError(`Could not read "${name}": ${why}`, { cause });
  });
  if (found.isDirectory()) return { kind: "directory", name, path };
  const open = () => createReadStream(path, { highWaterMark: 1024 * 1024 });
  return { kind: "file", name, path, mode: found.mode & 0o777, size: found.size, open };
}

function modeOf(config: FileProvisionerConfig): number | undefined {
  return config.mode === undefined ? undefined : Number.parseInt(config.mode, 8);
}

async function copy(
  run: Run,
  communicator: Communicator,
  source: Source,
  target: string,
  mode?: number,
): Promise<void> {
  const { signal } = run;
  const onProgress = (done: number, total: number | undefined) => run.progress(source.name, done, total);
  if (source.kind === "directory") return communicator.uploadDir(source.path, target, { signal, onProgress });
  const { size } = source;
  await communicator.upload(source.open, target, { signal, onProgress, size, mode: mode ?? source.mode });
}

/** A directory has no one mode, so `mode` is then set afterwards, as `owner` is. */
function needsStaging(config: FileProvisionerConfig): boolean {
  return config.become || config.owner !== undefined;
}

/** Copies to a directory of the user's own, then moves it into place with the asked-for rights, as root where asked for. */
async function uploadStaged(
  run: Run,
  config: FileProvisionerConfig,
  communicator: Communicator,
  source: Source,
  target: string,
): Promise<void> {
  const staging = `/tmp/imgbuild-${randomBytes(8).toString("hex")}`;
  const { signal } = run;
  try {
    await tell(communicator, signal, `mkdir -m 0700 ${staging}`, "make a directory in /tmp");
    const staged = `${staging}/${source.kind === "file" ? "file" : "tree"}`;
    if (source.kind === "file") await copy(run, communicator, source, staged, modeOf(config));
    else await copy(run, communicator, { ...source, path: `${source.path.replace(/\/$/, "")}/` }, staged);
    const into = source.kind === "directory" ? directoryTarget(source, target) : target;
    const script =
      source.kind === "file" ? placeFile(staged, into, config.owner) : placeTree(staged, into, config.owner);
    const become = config.become ? `${config.become_command} ` : "";
    await tell(communicator, signal, `${become}sh -c ${shellQuote(script)}`, `put "${into}" in place`);
  } finally {
    await tidyGuest(run, communicator, `rm -rf ${staging}`);
  }
}

function directoryTarget(source: Source & { readonly kind: "directory" }, target: string): string {
  return source.path.endsWith("/") ? target : `${target.replace(/\/$/, "")}/${basename(source.path)}`;
}

/** Copied beside the target by the one who may write there, then renamed: the rename never crosses file systems. */
function placeFile(staged: string, target: string, owner: string | undefined): string {
  const temporary = `${target.slice(0, target.lastIndexOf("/") + 1)}.imgbuild-${randomBytes(8).toString("hex")}`;
  const [from, to, aside] = [shellQuote(staged), shellQuotePath(target), shellQuotePath(temporary)];
  const steps = [
    `cp -p ${from} ${aside}`,
    `chown ${owner === undefined ? '"$(id -u):$(id -g)"' : shellQuote(owner)} ${aside}`,
    `mv -f ${aside} ${to}`,
  ];
  return `${onStop(`rm -f ${aside}`)}; if [ -d ${to} ]; then echo "there is a directory of that name" >&2; exit 1; fi; ${steps.join(" && ")} || { s=$?; rm -f ${aside}; exit $s; }`;
}

function placeTree(staged: string, target: string, owner: string | undefined): string {
  const to = shellQuotePath(target);
  const own = `chown -R ${owner === undefined ? '"$(id -u):$(id -g)"' : shellQuote(owner)} ${shellQuote(staged)}`;
  return `mkdir -p ${to} && ${own} && cp -Rp ${shellQuote(staged)}/. ${to}/`;
}

async function tell(communicator: Communicator, signal: AbortSignal, command: string, what: string): Promise<void> {
  const { result, stderr } = await askGuest(communicator, command, { signal });
  if (result.kind === "exit" && result.code === 0) return;
  const why = stderr.trim() || (result.kind === "exit" ? `exit status ${result.code}` : result.kind);
  throw new BuildError(`Could not ${what} in the machine: ${why}`, {
    hint: /password|sudo/i.test(why)
      ? "become needs sudo without a password, or a become_command that gives it."
      : undefined,
  });
}
