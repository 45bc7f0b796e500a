import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { commandHelp, environmentHelp } from "../../src/cli/commands/help.ts";
import { commandManual, programManual } from "../../src/cli/commands/manual-page.ts";

const listed = Object.entries(commands).filter(([, { hidden }]) => hidden !== true);

/** What a reader sees of a page. */
const shown = (page: string): string =>
  page
    .replaceAll("\\-", "-")
    .replaceAll("\\e", "\\")
    .replaceAll(/\\f[BR]|\\&/g, "");

describe("manual pages", () => {
  it.each(listed)("%s has every flag and example of its help", async (name, { load }) => {
    const command = await load();
    const page = commandManual(command);
    const typed = [...shown(page).matchAll(/^\.TP\n(.*)$/gm)].map(([, line]) => line!);
    expect(shown(page)).toContain(`\n.SH NAME\nimgbuild-${name} - `);
    for (const { command: line } of command.examples) expect(typed).toContain(line);
    const help = commandHelp(command);
    for (const [, flag] of help.matchAll(/^ {2}(-\S+)/gm)) expect(typed).toContain(flag);
  });

  it("leave roff nothing to take for a request", async () => {
    const requests = /^[.'](?!(TH|SH|TP|PP)\b)/m;
    expect(programManual(commands)).not.toMatch(requests);
    for (const [, { load }] of listed) expect(commandManual(await load())).not.toMatch(requests);
  });

  it("of the program names every command", () => {
    const page = shown(programManual(commands));
    for (const [name, { summary }] of listed) expect(page).toContain(`imgbuild ${name}\n${summary}\n`);
  });

  it("of the program has the environment and the settings of help environment, and so has docs/output.md", () => {
    const page = shown(programManual(commands));
    const documented = readFileSync("docs/output.md", "utf8");
    const named = [...environmentHelp().matchAll(/\b(?:IMGBUILD|PACKER|PKR)_[A-Z_]+\b/g)].map(([name]) => name);
    expect(named.length).toBeGreaterThan(15);
    expect(named.filter((name) => !page.includes(name))).toEqual([]);
    expect(named.filter((name) => !documented.includes(name))).toEqual([]);
    for (const text of [page, environmentHelp()]) expect(text).toContain("imgbuild/settings.hcl");
  });
});
