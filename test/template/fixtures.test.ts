import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { renderDiagnostic } from "../../src/language/render/render-diagnostic.ts";
import { describeTemplate, loadForTest, type TestLoad } from "../helper/load-for-test.ts";

/**
 * Every folder of `fixture/template` is a template (`template.*`, or the folder itself), perhaps with `options.json`.
 * `expected.txt` holds what is said about it, `expected.json` what it means; `make golden` rewrites both.
 */
const fixtures = join(import.meta.dirname, "../fixture/template");

describe("loadTemplate", () => {
  for (const name of readdirSync(fixtures)) {
    const folder = join(fixtures, name);
    it(`reads ${name}`, async () => {
      const single = ["template.pkr.hcl", "template.pkr.json", "template.json"].find((file) =>
        existsSync(join(folder, file)),
      );
      const optionsPath = join(folder, "options.json");
      const options = existsSync(optionsPath) ? (JSON.parse(readFileSync(optionsPath, "utf8")) as TestLoad) : {};
      const { template, diagnostics, secrets } = await loadForTest(single ?? ".", folder, options);
      const said = diagnostics
        .map((diagnostic) => renderDiagnostic(diagnostic, { color: false, width: 100 }))
        .join("\n");
      const mask = (text: string) => text.replaceAll(folder, "<folder>");
      await expect(mask(said)).toMatchFileSnapshot(join(folder, "expected.txt"));
      if (diagnostics.some(({ severity }) => severity === "error")) return;
      const model = JSON.stringify(describeTemplate(template!, secrets), undefined, 2);
      await expect(mask(`${model}\n`)).toMatchFileSnapshot(join(folder, "expected.json"));
    });
  }
});
