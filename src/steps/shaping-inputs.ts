import type { KeyInputs } from "../sdk/checkpoint.ts";
import { fileInputs } from "../sdk/file-inputs.ts";
import type { Run } from "../sdk/run.ts";
import type { CdConfig } from "../sdk/schema/cd.ts";
import type { CommunicatorConfig } from "../sdk/schema/communicator.ts";
import type { FloppyConfig } from "../sdk/schema/floppy.ts";
import type { HttpConfig } from "../sdk/schema/http.ts";
import { digestOf } from "./download/verify.ts";
import { expand } from "./media-files.ts";

/** Arguments of any machine that make no other one: where it is shown and reached, how long things may take, what becomes of it. */
const SHAPELESS = new Set<string>([
  "cd_files",
  "floppy_dirs",
  "floppy_files",
  "format",
  "headless",
  "host_port_max",
  "host_port_min",
  "http_bind_address",
  "http_directory",
  "http_port_max",
  "http_port_min",
  "iso_checksum",
  "iso_skip_cache",
  "iso_target_extension",
  "iso_target_path",
  "iso_url",
  "iso_urls",
  "output_directory",
  "pause_before_connecting",
  "shutdown_command",
  "shutdown_timeout",
  "vm_name",
]);
/** Of how the machine is reached only the user matters: scripts run as that one. */
const COMMUNICATOR = /^(ssh|winrm)_(?!username$)/;

/** The arguments that a machine depends on; `shapeless` are those of its builder that make no other machine. */
export function shapingArguments(config: object, shapeless: ReadonlySet<string>): KeyInputs {
  const makesOther = (name: string): boolean =>
    !SHAPELESS.has(name) && !shapeless.has(name) && !COMMUNICATOR.test(name);
  const shaping = Object.entries(config).filter(([name]) => makesOther(name));
  return Object.fromEntries(shaping.map(([name, value]) => [`argument ${name}`, value]));
}

type MediaConfig = CdConfig & FloppyConfig & HttpConfig & Pick<CommunicatorConfig, "ssh_private_key_file">;

/** The files of this computer that a machine is given, or asks for. */
export async function shapingFiles(run: Run, config: MediaConfig): Promise<KeyInputs> {
  const { work } = run.directories;
  const { http_directory: http, ssh_private_key_file: key } = config;
  return {
    ...(await fileInputs(
      [key, http].filter((path) => path !== undefined),
      work,
    )),
    ...(await mediumInputs(run, "cd", config.cd_files)),
    ...(await mediumInputs(run, "floppy", [...(config.floppy_files ?? []), ...(config.floppy_dirs ?? [])])),
  };
}

async function mediumInputs(run: Run, medium: string, patterns: readonly string[] | undefined): Promise<KeyInputs> {
  if (!patterns || patterns.length === 0) return {};
  const { work } = run.directories;
  const files = await Promise.all(patterns.map((pattern) => expand(pattern, work)));
  return { [`files of ${medium}`]: { patterns, ...(await fileInputs(files.flat(), work)) } };
}

/** An image by its content. One that the hypervisor reads from a server by itself is known by its address. */
export async function imageDigest(run: Run, source: string): Promise<string> {
  if (/^\w+:\/\//.test(source)) return source;
  return (await digestOf({ run, signal: run.signal }, source, "sha256")).hex;
}
