import { openZip, ZipError, type ZipReader } from "../../lib/archive/read-zip.ts";
import { compareVersions, satisfies, versionParts, type VersionConstraint } from "../../lib/version-constraint.ts";
import { BuildError } from "../../sdk/error.ts";
import { apiProblem } from "../installed/check-binary.ts";
import type { Description } from "../installed/description.ts";
import { thisMachine } from "../installed/file-name.ts";
import { SignatureError } from "./check-signature.ts";
import { withArchive, type DownloadOptions } from "./download-archive.ts";
import { placeBinary, UnfitBinary, type PlacedBinary } from "./place-binary.ts";
import { LockViolation } from "./plugin-lock.ts";
import type { ReleaseArchive, ReleaseSource } from "./release-source.ts";

export interface InstallRequest {
  /** `github.com/acme/happycloud`. */
  readonly source: string;
  readonly constraint: VersionConstraint;
  /** As the user wrote it; empty for any. */
  readonly constraintText: string;
  /** What a lock file says: this version and no other, and only archives with these sums. */
  readonly pinned?: PinnedRelease | undefined;
}

interface PinnedRelease {
  readonly version: string;
  /** `linux_amd64` to SHA-256. */
  readonly archives: Readonly<Record<string, string>>;
}

export interface InstallOptions extends DownloadOptions {
  /** Where all plugins are. */
  readonly directory: string;
  /** Asked in this order. */
  readonly sources: readonly ReleaseSource[];
  /** A release that need not be fetched: it is there, and good. Default: each is fetched. */
  readonly installed?: ((version: string) => PlacedBinary | undefined) | undefined;
}

export interface InstalledRelease extends PlacedBinary {
  /** Where it came from, for messages. */
  readonly place: string;
  /** Of the release, for all systems: `linux_amd64` to SHA-256. */
  readonly archives: Readonly<Record<string, string>>;
  /** It was there before. */
  readonly wasThere: boolean;
}

/**
 * Installs the newest release that is allowed and made for this machine. A release that is not is passed over for the
 * next older one, a place that does not answer for the next place; what is damaged ends it. Rejects with a `BuildError`
 * that holds everything that was in the way.
 */
export async function installRelease(request: InstallRequest, options: InstallOptions): Promise<InstalledRelease> {
  const reasons: string[] = [];
  for (const source of options.sources) {
    try {
      const installed = await installFrom(source, { request, options, reasons });
      if (installed) return installed;
    } catch (error) {
      options.signal.throwIfAborted();
      if (!(error instanceof BuildError) || error instanceof LockViolation || error instanceof SignatureError)
        throw error;
      if (error instanceof Damaged || options.sources.at(-1) === source) throw withReasons(request, reasons, error);
      reasons.push(sentence(error));
    }
  }
  throw withReasons(request, reasons);
}

/** Nothing else is tried: somebody may have put it there. */
class Damaged extends BuildError {}

interface Attempt {
  readonly request: InstallRequest;
  readonly options: InstallOptions;
  /** Why what was tried before did not do. */
  readonly reasons: string[];
}

async function installFrom(source: ReleaseSource, attempt: Attempt): Promise<InstalledRelease | undefined> {
  const { request, reasons } = attempt;
  const offered = await source.versions();
  if (offered === undefined) {
    reasons.push(`${source.place} does not know it.`);
    return undefined;
  }
  const versions = candidates(offered, request);
  if (versions.length === 0) reasons.push(noVersion(source, offered, request));
  for (const version of versions) {
    const installed = await installVersion(source, version, attempt);
    if (installed) return installed;
  }
  return undefined;
}

/** Releases that are allowed, the newest first. */
function candidates(offered: readonly string[], { constraint, pinned }: InstallRequest): readonly string[] {
  if (pinned) return offered.filter((version) => version === pinned.version);
  const releases = offered.filter((version) => versionParts(version)?.preRelease === "");
  const allowed = releases.filter((version) => satisfies(version, constraint));
  return [...new Set(allowed)].sort((one, other) => compareVersions(other, one));
}

function noVersion({ place }: ReleaseSource, offered: readonly string[], request: InstallRequest): string {
  if (request.pinned) return `${place} has no version ${request.pinned.version}, which the lock file names.`;
  const releases = offered.filter((version) => versionParts(version) !== undefined).sort(compareVersions);
  const [newest] = releases.slice(-1);
  if (newest === undefined) return `${place} has no releases of it.`;
  return `${place} has no version that is ${request.constraintText || "a release"}; the newest is ${newest}.`;
}

/** `undefined`: it does not fit this machine, and `reasons` says why. */
async function installVersion(
  source: ReleaseSource,
  version: string,
  { request, options, reasons }: Attempt,
): Promise<InstalledRelease | undefined> {
  const archives = await source.archives(version);
  const mine = archives.filter(({ os, arch }) => os === thisMachine.os && arch === thisMachine.arch);
  const usable = mine.find(({ api }) => api === undefined || apiProblem(api) === undefined);
  if (!usable) {
    reasons.push(`Version ${version}: ${whyNone(mine)}`);
    return undefined;
  }
  checkPinned(usable, request);
  try {
    const there = options.installed?.(version);
    const place = (path: string): Promise<PlacedBinary> => placeFromArchive(path, { version, request, options });
    const placed = there ?? (await withArchive(usable, options, place));
    return { ...placed, place: source.place, archives: sumsOf(archives), wasThere: there !== undefined };
  } catch (error) {
    if (!(error instanceof UnfitBinary)) throw error;
    reasons.push(`Version ${version}: ${error.message}`);
    return undefined;
  }
}

function whyNone([first]: readonly ReleaseArchive[]): string {
  const { os, arch } = thisMachine;
  if (first?.api !== undefined) return apiProblem(first.api)!;
  return `There is none for ${os}_${arch}.`;
}

function sumsOf(archives: readonly ReleaseArchive[]): Readonly<Record<string, string>> {
  const usable = archives.filter(({ api }) => api === undefined || apiProblem(api) === undefined);
  return Object.fromEntries(usable.map(({ os, arch, sha256 }) => [`${os}_${arch}`, sha256]));
}

function checkPinned({ os, arch, fileName, sha256 }: ReleaseArchive, { pinned }: InstallRequest): void {
  const wanted = pinned?.archives[`${os}_${arch}`];
  if (!pinned || wanted === sha256) return;
  if (wanted === undefined) {
    throw new LockViolation(`The lock file knows no ${fileName}`, {
      hint: "The release was changed after it was locked. If you trust it as it is now, lock it again:\n    imgbuild init -upgrade",
    });
  }
  throw new LockViolation(`${fileName} is not the file that the lock file names`, {
    hint: `Its SHA-256 should be\n    ${wanted}\nand the release says\n    ${sha256}\nThe release was changed after it was locked.`,
  });
}

interface Placing {
  readonly version: string;
  readonly request: InstallRequest;
  readonly options: InstallOptions;
}

async function placeFromArchive(path: string, { version, request, options }: Placing): Promise<PlacedBinary> {
  const problemOf = (description: Description): string | undefined => disagreement(description, version);
  let zip: ZipReader | undefined;
  try {
    zip = await openZip(path);
    const member = memberOf(zip, request.source.split("/").at(-1)!, version);
    const { directory, env, signal } = options;
    return await placeBinary(zip.read(member), { directory, source: request.source, env, signal, problemOf });
  } catch (error) {
    if (error instanceof ZipError) throw new Damaged(`The archive cannot be unpacked: ${error.message}`);
    throw error;
  } finally {
    await zip?.close();
  }
}

/** A release holds what it says; a development build that was released by mistake is not installed. */
function disagreement({ version: said }: Description, version: string): string | undefined {
  const parts = versionParts(said);
  if (parts && parts.preRelease === "" && compareVersions(said, version) === 0) return undefined;
  return `Its release says ${version}, and itself ${said}. Only releases are installed.`;
}

const MOST_BYTES = 2 ** 30;

/** Nothing but the file with the expected name is taken from an archive, and its name goes nowhere. */
function memberOf({ members }: ZipReader, name: string, version: string) {
  const { os, arch } = thisMachine;
  const exe = os === "windows" ? ".exe" : "";
  const isWanted = (file: string): boolean => {
    const [start, end] = [`packer-plugin-${name}_v${version}_`, `_${os}_${arch}${exe}`];
    if (!file.startsWith(start) || !file.endsWith(end)) return false;
    return /^x\d+\.\d+$/.test(file.slice(start.length, -end.length));
  };
  const found = members.filter((member) => isWanted(member.name));
  if (found.length !== 1) throw new UnfitBinary("Its archive does not hold the plugin.");
  if (found[0]!.size > MOST_BYTES) throw new Damaged("The archive holds a file of more than 1 GiB, which is no plugin");
  return found[0]!;
}

function withReasons(
  { source, constraintText }: InstallRequest,
  reasons: readonly string[],
  last?: BuildError,
): BuildError {
  const lines = [...reasons, ...(last ? [sentence(last)] : [])];
  const what = [source, constraintText].filter(Boolean).join(" ");
  return new BuildError(`${what} cannot be installed`, { hint: lines.join("\n") });
}

function sentence({ message, hint }: BuildError): string {
  return hint === undefined ? `${message}.` : `${message}.\n${hint}`;
}
