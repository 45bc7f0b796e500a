import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { loadForTest, type TestLoad } from "./load-for-test.ts";

/** Loads a template from its text (data stands for JSON), with other files beside it. */
export function loadText(
  template: string | object,
  options: TestLoad & { readonly files?: Readonly<Record<string, string>> } = {},
) {
  const { files = {}, ...load } = options;
  const folder = mkdtempSync(join(tmpdir(), "template-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const name = typeof template === "string" ? "t.pkr.hcl" : "t.json";
  const text = typeof template === "string" ? template : JSON.stringify(template);
  for (const [path, content] of Object.entries({ ...files, [name]: text })) writeFileSync(join(folder, path), content);
  return loadForTest(name, folder, load);
}
