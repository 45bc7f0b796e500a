import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import { join, resolve } from "node:path";

const SOURCES = resolve("test/plugin");

/**
 * The plugin of our own in `test/plugin`, on Packer's real SDK. Built when its sources have changed since the last time;
 * with Go's cache empty that takes some 20 s.
 */
export function probePlugin(): string {
  const directory = resolve("node_modules/.cache/imgbuild-probe");
  const path = join(directory, `packer-plugin-probe-${digestOfSources()}`);
  if (existsSync(path)) return path;
  mkdirSync(directory, { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-trimpath -buildvcs=false" };
  execFileSync("go", ["build", "-o", temporary, "."], { cwd: SOURCES, env, stdio: "pipe" });
  renameSync(temporary, path);
  return path;
}

function digestOfSources(): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(SOURCES).sort()) hash.update(`${name}\0`).update(readFileSync(join(SOURCES, name)));
  return hash.digest("hex").slice(0, 16);
}
