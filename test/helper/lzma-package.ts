import { it } from "vitest";
import { optionalPackage } from "../../src/lib/optional-package.ts";
import { findProgram, leftOut, needs, without } from "./need.ts";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const isMadeForThisNode = major > 22 || (major === 22 && minor >= 20);
const name: string = "@napi-rs/lzma";

/** The optional package for xz, where npm installs it. */
export const lzmaPackage = await optionalPackage<object>(name);

/** `it` where that package and the program xz are there. An older Node never has the package; a newer one has to, in CI. */
export function withLzmaPackage(title: string, body: () => Promise<void>): void {
  if (findProgram("xz") === undefined) return void needs("xz", "xz-utils")(title, body);
  if (lzmaPackage !== undefined) it(title, body);
  else if (isMadeForThisNode) without(`needs the package ${name}`)(title, body);
  else it.skip(leftOut(title, `${name} needs Node 22.20 or newer`));
}
