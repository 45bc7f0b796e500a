import { type QemuConfig, schema } from "../../../src/plugins/qemu/options/qemu.ts";
import type { ConfigIssue } from "../../../src/sdk/schema/schema.ts";
import { configOf, issuesOf } from "../../helper/decode-config.ts";

const minimal = {
  iso_url: "/images/debian.iso",
  iso_checksum: "md5:d41d8cd98f00b204e9800998ecf8427e",
  ssh_username: "vagrant",
};

/** A decoded configuration: the least a template has to say, and `args`. */
export function qemuConfig(args: Readonly<Record<string, unknown>> = {}): QemuConfig {
  return configOf(schema, { ...minimal, ...args });
}

/** Of a machine that can be logged in to. */
export function qemuIssues(args: Readonly<Record<string, unknown>>): readonly ConfigIssue[] {
  return issuesOf(schema, { ...minimal, ssh_password: "vagrant", ...args });
}
