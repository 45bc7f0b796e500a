import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { renderDiagnostic } from "../../src/language/render/render-diagnostic.ts";
import { registry } from "../../src/registry.ts";
import { loadForTest } from "../helper/load-for-test.ts";
import { leftOut } from "../helper/need.ts";

/** Documents the project was created from; the templates in them have to run as they are. */
const seeds = join(import.meta.dirname, "../../../shared/seeds");
const hasSeeds = existsSync(seeds);

interface Snippet {
  readonly title: string;
  readonly file: string;
  readonly text: string;
}

/** Whole templates in fenced blocks: JSON with builders, and HCL with a build block. */
function snippets(): readonly Snippet[] {
  if (!hasSeeds) return [];
  return readdirSync(seeds).flatMap((name) =>
    [...readFileSync(join(seeds, name), "utf8").matchAll(/^```[^\n]*\n([\s\S]*?)^```/gm)].flatMap(
      ([, text = ""], index) => {
        const title = `template ${index + 1} of ${name}`;
        if (/^\s*\{/.test(text) && text.includes('"builders"')) return [{ title, text, file: "template.json" }];
        return /^build \{/m.test(text) && /^source "/m.test(text) ? [{ title, text, file: "template.pkr.hcl" }] : [];
      },
    ),
  );
}

describe.skipIf(!hasSeeds)(hasSeeds ? "seed templates" : leftOut("seed templates", "not beside the repository"), () => {
  for (const { title, text, file } of snippets()) {
    it(`loads ${title}`, async () => {
      const { errors, builds } = await load(file, withCommas(text));
      expect(errors.map((diagnostic) => renderDiagnostic(diagnostic, { color: false }))).toEqual([]);
      expect(builds).toBeGreaterThan(0);
    });
  }

  it("points at every missing comma of the nginx template", async () => {
    const nginx = snippets().find(({ text }) => withCommas(text) !== text)!;
    const { errors } = await load(nginx.file, nginx.text);
    expect(errors.map(({ summary }) => summary)).toEqual(Array(errors.length).fill("Missing comma after this item"));
    expect(errors.length).toBeGreaterThan(0);
  });
});

/** One document forgot the commas between the commands of a list; Packer refuses it too. */
const withCommas = (text: string): string => text.replace(/"[ \t]*\n(?=\s*"echo|\s*"sudo)/g, '",\n');

async function load(file: string, text: string) {
  const folder = mkdtempSync(join(tmpdir(), "seed-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, file), text);
  const { diagnostics, template } = await loadForTest(file, folder, {
    registry,
    env: { VAGRANT_CLOUD_TOKEN: "token" },
  });
  return { errors: diagnostics.filter(({ severity }) => severity === "error"), builds: template?.builds.length ?? 0 };
}
