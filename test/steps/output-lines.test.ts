import { expect, it } from "vitest";
import { shortLine } from "../../src/steps/output-lines.ts";
import { createRedactor } from "../../src/ui/redact.ts";

it("masks a line before it cuts it, so that no half of a secret is left", () => {
  const redactor = createRedactor();
  redactor.add("correct horse battery staple");
  const run = { redact: (text: string) => redactor.text(text) } as never;
  expect(shortLine(run, `${"x".repeat(290)}correct horse battery staple and more`)).toBe(
    `${"x".repeat(290)}<sensitive`,
  );
});
