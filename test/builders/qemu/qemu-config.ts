import { decode } from "../../../src/sdk/schema/decode.ts";
import type { ConfigIssue } from "../../../src/sdk/schema/schema.ts";
import { qemuSchema, type QemuConfig } from "../../../src/builders/qemu/config.ts";

const minimal = { iso_url: "/images/debian.iso", iso_checksum: "none", ssh_username: "vagrant" };

/** Fills `{{ .Name }}` and the like in, as the template language does. */
const render = (text: string, values: Readonly<Record<string, unknown>>): string =>
  text.replaceAll(/\{\{\s*\.(\w+)\s*\}\}/g, (_, name: string) => String(values[name]));

/** A decoded configuration: the least a template has to say, and `args`. */
export function qemuConfig(args: Readonly<Record<string, unknown>> = {}): QemuConfig {
  const { config, issues } = decode(qemuSchema, { ...minimal, ...args }, { render, weak: false });
  if (!config) throw new Error(issues.map((issue) => issue.detail).join("\n"));
  return config;
}

export function qemuIssues(args: Readonly<Record<string, unknown>>): readonly ConfigIssue[] {
  return decode(qemuSchema, { ...minimal, ...args }, { render, weak: false }).issues;
}
