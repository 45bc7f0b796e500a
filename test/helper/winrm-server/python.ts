import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { it } from "vitest";
import { without } from "../need.ts";

const PACKAGES = [
  "pywinrm==0.5.0",
  "pypsrp==0.9.1",
  "impacket==0.13.1",
  "tree-sitter==0.26.1",
  "tree-sitter-powershell==0.26.4",
];

/** `it` where Python's WinRM clients can be had; else a test that says why not (and fails in CI). */
export function withPython(): typeof it {
  try {
    python();
    return it;
  } catch (error) {
    return without(
      `needs pywinrm, pypsrp, impacket, tree-sitter (Debian package python3-venv, and PyPI): ${String(error)}`,
    );
  }
}

/** The interpreter of a virtual environment made once in the user's cache. */
function python(): string {
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  const environment = join(cache, "imgbuild-test", "winrm-clients-1");
  const program = join(environment, "bin/python");
  if (existsSync(join(environment, "complete"))) return program;
  execFileSync("python3", ["-m", "venv", environment], { stdio: "pipe" });
  execFileSync(join(environment, "bin/pip"), ["install", "-q", "--disable-pip-version-check", ...PACKAGES], {
    stdio: "pipe",
  });
  execFileSync("touch", [join(environment, "complete")]);
  return program;
}

const run = promisify(execFile);

/** Runs a program of Python; what it prints is JSON, with its input as `sys.argv[1]`. */
export async function runPython(source: string, input: unknown): Promise<unknown> {
  const options = { timeout: 120_000, maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await run(python(), ["-c", source, JSON.stringify(input)], options);
  return JSON.parse(stdout) as unknown;
}
