import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../../src/language/diagnostic.ts";
import { createCodeQualityFile } from "../../../src/ui/ci/code-quality.ts";
import { renderAll } from "../../helper/events.ts";
import { temporaryDirectory } from "../../helper/temporary-directory.ts";

const mistake = (text: string, at: number): Diagnostic => ({
  severity: "error",
  code: "unknown-argument",
  summary: "Unsupported argument",
  detail: "Not expected here.",
  subject: { file: { name: "web.pkr.hcl", text }, start: at, end: at + 1 },
});

async function reported(...diagnostics: readonly Diagnostic[]) {
  const path = join(temporaryDirectory(), "report.json");
  const report = createCodeQualityFile({ path, template: "images/web", nameOf: (name) => `root/${name}` });
  renderAll(
    report,
    diagnostics.map((diagnostic) => ({ kind: "diagnostic", diagnostic })),
  );
  await report.close!();
  return JSON.parse(readFileSync(path, "utf8")) as readonly { readonly fingerprint: string }[];
}

describe("createCodeQualityFile", () => {
  it("reports mistakes and warnings at their lines, and at the template what has none", async () => {
    const warning: Diagnostic = { severity: "warning", code: "odd", summary: "Odd", detail: "" };
    expect(await reported(mistake("a\nb\nc", 2), warning)).toMatchObject([
      { severity: "major", location: { path: "root/web.pkr.hcl", lines: { begin: 2, end: 2 } } },
      { severity: "minor", description: "Odd", location: { path: "root/images/web", lines: { begin: 1, end: 1 } } },
    ]);
    expect(await reported()).toEqual([]);
  });

  it("knows a mistake again on another line, and tells two of them apart", async () => {
    const [first, second] = await reported(mistake("a\nb", 0), mistake("a\nb", 2));
    const [moved] = await reported(mistake("\n\n\na", 3));
    expect(moved!.fingerprint).toBe(first!.fingerprint);
    expect(second!.fingerprint).not.toBe(first!.fingerprint);
  });
});
