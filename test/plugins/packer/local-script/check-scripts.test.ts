import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkLocalScripts } from "../../../../src/plugins/packer/local-script/check-scripts.ts";
import { schema } from "../../../../src/plugins/packer/local-script/options.ts";
import { configOf } from "../../../helper/decode-config.ts";
import { temporaryDirectory } from "../../../helper/temporary-directory.ts";

interface Asked {
  readonly path?: string;
  readonly more?: object;
  readonly platform?: NodeJS.Platform;
}

/** What is said of a script that is executable. */
async function said(
  head: string,
  { path = "/usr/bin:/bin", more = {}, platform = "linux" }: Asked = {},
): Promise<readonly string[]> {
  const work = temporaryDirectory();
  writeFileSync(join(work, "s"), `${head}\necho\n`);
  chmodSync(join(work, "s"), 0o755);
  const host = { homeDir: work, env: { PATH: path }, platform };
  const issues = await checkLocalScripts(configOf(schema, { script: "s", ...more }), { work, template: work, host });
  return issues.map(({ code, detail }) => `${code}: ${detail}`);
}

describe("checkLocalScripts", () => {
  it.each([
    ["#!/bin/sh -e"],
    ["#! /bin/sh"],
    ["#!/usr/bin/env sh"],
    ["#!/usr/bin/env -S LC_ALL=C sh -e"],
    ["#!"],
    ["echo"],
  ])("%j can be started", async (head) => {
    expect(await said(head)).toEqual([]);
  });

  it("a first line that ends in a carriage return looks right only", async () => {
    expect(await said("#!/bin/sh\r")).toEqual([expect.stringContaining("broken-shebang: s is a script with Windows")]);
  });

  it.each([
    ["#!/no/such", "/no/such"],
    ["#!no-such -x", "no-such"],
    ["#!/usr/bin/env no-such", "no-such"],
    ["#!/usr/bin/env -S A=b no-such run", "no-such"],
    ["#!/usr/bin/env /no/such", "/no/such"],
  ])("%j cannot: there is no %s", async (head, program) => {
    expect(await said(head)).toEqual([
      expect.stringContaining(`missing-program: The first line of "s" names the program "${program}"`),
    ]);
  });

  it("a PATH of the script's own is not ours to judge, nor is any script on Windows", async () => {
    const head = "#!/usr/bin/env no-such";
    expect(await said(head, { more: { env: { PATH: "/own" } } })).toEqual([]);
    expect(await said(head, { more: { environment_vars: ["PATH=/own"] } })).toEqual([]);
    expect(await said(head, { platform: "win32" })).toEqual([]);
  });
});
