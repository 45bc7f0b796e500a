import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { guestPath } from "./guest-path.ts";
import type { LineResult } from "./line-program.ts";

/**
 * Does what the PowerShell of Packer's copying asks for, so that Packer can be measured on the same server: it decodes a
 * file of base64 lines into another, removes the first, or prints a file. Recognised by what they call, not by their text.
 */
export function copyOfWinrmcp(script: string, driveC: string): LineResult | undefined {
  const paths = [...script.matchAll(/GetFullPath\("([^"]+)"/g)].map(([, path]) => guestPath(driveC, path!));
  const [from, to] = paths;
  if (script.includes("FromBase64String") && from !== undefined && to !== undefined) return decode(from, to);
  if (script.includes("Remove-Item") && from !== undefined) {
    rmSync(from, { force: true });
    return {};
  }
  const [, read] = /ReadAllBytes\("([^"]+)"\)/.exec(script) ?? [];
  if (read === undefined) return undefined;
  return { stdout: `${readFileSync(guestPath(driveC, read)).toString("base64")}\r\n` };
}

function decode(from: string, to: string): LineResult {
  mkdirSync(dirname(to), { recursive: true });
  const lines = existsSync(from) ? readFileSync(from, "latin1").split(/\r?\n/) : [];
  writeFileSync(to, Buffer.concat(lines.map((line) => Buffer.from(line.trim(), "base64"))));
  return {};
}
