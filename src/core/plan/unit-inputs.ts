import { stat } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { glob } from "tinyglobby";
import { fileContent } from "../../sdk/file-inputs.ts";
import type { BuildInput, RunDirectories } from "../../sdk/run.ts";
import { inputsOf } from "../../template/inputs-of.ts";
import type { BuildPlan } from "../../template/model.ts";
import { sha256Of } from "./sha256-of.ts";
import type { UnitInput } from "./unit.ts";

/** Names of programs, places of a cache, and logins: they make no other image. */
const SHAPELESS = new Set([
  "iso_target_path",
  "qemu_binary",
  "shared_credentials_file",
  "ssh_bastion_certificate_file",
  "ssh_bastion_private_key_file",
  "ssh_certificate_file",
  "ssh_private_key_file",
  "target_path",
  "working_dir",
]);
/** These are texts, or addresses of a list. */
const CHECKSUMS = new Set(["iso_checksum", "checksum"]);

export interface ReadInput extends UnitInput {
  /** Absolute; of what is on this computer, or is to be. */
  readonly path: string | undefined;
}

/** Reads a file once, however many units name it. */
export type InputReader = (plan: BuildPlan, directories: Pick<RunDirectories, "work">) => Promise<readonly ReadInput[]>;

export function createInputReader(): InputReader {
  const known = new Map<string, Promise<readonly ReadInput[]>>();
  return async (plan, { work }) => {
    const inputs = inputsOf(plan).filter(({ argument }) => !SHAPELESS.has(argument));
    const pinned = isPinned(inputs);
    const read = await Promise.all(
      inputs.map((input) => {
        const isSealed = pinned && isImage(input);
        const name = JSON.stringify([input.argument, input.text, work, isSealed]);
        const reading = known.get(name) ?? readInput(input, work, isSealed);
        known.set(name, reading);
        return reading;
      }),
    );
    return read.flat();
  };
}

/** The checksum says what the image holds, so that it need not be read. */
function isPinned(inputs: readonly BuildInput[]): boolean {
  const checksum = inputs.find(({ argument }) => argument === "iso_checksum")?.text;
  return checksum !== undefined && checksum !== "none" && !checksum.startsWith("file:");
}

const isImage = ({ argument }: BuildInput): boolean => argument === "iso_url" || argument === "iso_urls";

async function readInput(
  { argument, text }: BuildInput,
  work: string,
  isSealed: boolean,
): Promise<readonly ReadInput[]> {
  if (CHECKSUMS.has(argument)) return [{ argument, value: text, kind: "text", path: undefined }];
  const path = pathOf(text, work);
  if (path === undefined) return [{ argument, value: withoutLogin(text), kind: "url", path }];
  const found = await describe({ argument, value: text, path }, isSealed);
  if (found) return [found];
  const matches = await matching(text, work);
  if (matches.length === 0) return [{ argument, value: text, kind: "missing", path }];
  const described = await Promise.all(matches.map((one) => describe({ argument, value: text, path: one }, isSealed)));
  return described.filter((input) => input !== undefined);
}

/** `undefined` for what is on another computer. */
function pathOf(text: string, work: string): string | undefined {
  if (/^file:\/\//i.test(text)) return asPath(text);
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(text) ? undefined : resolve(work, text);
}

function asPath(url: string): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

type Named = Pick<ReadInput, "argument" | "value"> & { readonly path: string };

async function describe(named: Named, isSealed: boolean): Promise<ReadInput | undefined> {
  const stats = await stat(named.path).catch(() => undefined);
  if (stats === undefined) return undefined;
  const kind = stats.isDirectory() ? "directory" : "file";
  if (isSealed) return { ...named, kind };
  const content = await fileContent(named.path);
  const digest = isFile(content) ? content.sha256 : sha256Of(content);
  return { ...named, kind, digest: `sha256:${digest}` };
}

function isFile(content: unknown): content is { readonly sha256: string } {
  return typeof content === "object" && content !== null && "sha256" in content && typeof content.sha256 === "string";
}

async function matching(pattern: string, work: string): Promise<readonly string[]> {
  if (!/[*?[]/.test(pattern)) return [];
  const posix = pattern.replaceAll(sep, "/").replace(/\/$/, "");
  const found = await glob(posix, { cwd: work, dot: true, onlyFiles: false, expandDirectories: false, absolute: true });
  return found.map((path) => path.replace(/[/\\]$/, "")).toSorted();
}

/** A name and a password in an address are nobody's business. */
const withoutLogin = (url: string): string => url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@?#]*@/i, "$1***@");
