import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createFactsCache } from "../../../src/plugin-host/installed/facts-cache.ts";
import { pluginFileName, thisMachine } from "../../../src/plugin-host/installed/file-name.ts";
import { sumFileOf } from "../../../src/plugin-host/installed/check-binary.ts";

export interface PluginFile {
  /** `github.com/acme/happycloud`. */
  readonly source: string;
  /** Of the file. Default: the last part of the source. */
  readonly name?: string;
  readonly version: string;
  /** Default `x5.0`. */
  readonly api?: string;
  /** What it answers to `describe`; `undefined`: that it has its version and a builder. */
  readonly says?: string;
  /** What the sum file holds. Default: the right sum; `null`: there is none. */
  readonly sum?: string | null;
}

/** As the plugins of Packer's SDK describe themselves. */
export function describeLine(version: string, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    version,
    sdk_version: "0.6.10",
    api_version: "x5.0",
    builders: ["-packer-default-plugin-name-", "chroot"],
    post_processors: ["import"],
    provisioners: [],
    datasources: ["image"],
    protocol_version: "v2",
    ...more,
  });
}

/** A program that does nothing but describe itself, installed below `directory`; its path. */
export function installPluginFile(directory: string, file: PluginFile): string {
  const { source, version, name = source.split("/").at(-1)!, api = "x5.0", says, sum } = file;
  const path = join(directory, ...source.split("/"), pluginFileName({ name, version, api }, thisMachine));
  const script = `#!/bin/sh\necho run >> "$0.runs"\ncat <<'END'\n${says ?? describeLine(version)}\nEND\n`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, script, { mode: 0o755 });
  const right = createHash("sha256").update(script).digest("hex");
  if (sum !== null) writeFileSync(sumFileOf(path), sum ?? right);
  return path;
}

export function listOptions(directory: string, cacheDirectory: string) {
  return {
    directory,
    target: thisMachine,
    cache: createFactsCache(cacheDirectory),
    env: { PATH: process.env["PATH"] },
    signal: new AbortController().signal,
  };
}
