import { expect } from "vitest";
import type { TemplateEngine } from "../../src/sdk/late-template.ts";
import { decode } from "../../src/sdk/schema/decode.ts";
import type { ConfigIssue, Schema } from "../../src/sdk/schema/schema.ts";

/** `{{.Name}}` replaced by its value: enough of the template language for component tests. */
export const renderSimply = (text: string, values: Readonly<Record<string, unknown>>): string =>
  text.replace(/\{\{\s*\.(\w+)\s*\}\}/g, (_, name: string) => String(values[name]));

/** Knows no names that could be wrong. */
export const simpleEngine: TemplateEngine = { render: renderSimply, unknownNames: () => [] };

/** The configuration that arguments decode to; the test fails where they have errors. */
export function configOf<Config>(schema: Schema<Config>, args: Record<string, unknown>): Config {
  const { config, issues } = decode(schema, args, { ...simpleEngine, weak: false });
  expect(issues.filter((issue) => issue.severity === "error")).toEqual([]);
  return config!;
}

/** What is wrong with arguments. */
export function issuesOf(schema: Schema<unknown>, args: Record<string, unknown>): readonly ConfigIssue[] {
  return decode(schema, args, { ...simpleEngine, weak: false }).issues;
}
