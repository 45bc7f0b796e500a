import { describe, expect, it } from "vitest";
import { bootFields, bootRules } from "../../../src/sdk/schema/boot.ts";
import { cdFields, cdRules } from "../../../src/sdk/schema/cd.ts";
import { floppyFields, floppyRules } from "../../../src/sdk/schema/floppy.ts";
import { httpFields, httpRules } from "../../../src/sdk/schema/http.ts";
import { isoFields, isoLegacy, isoRules, isoUrls } from "../../../src/sdk/schema/iso.ts";
import { outputFields } from "../../../src/sdk/schema/output.ts";
import { defineSchema } from "../../../src/sdk/schema/schema.ts";
import { shutdownFields } from "../../../src/sdk/schema/shutdown.ts";
import { configOf, issuesOf } from "../../helper/decode-config.ts";

const fields = {
  ...isoFields,
  ...httpFields,
  ...floppyFields,
  ...cdFields,
  ...bootFields,
  ...shutdownFields,
  ...outputFields,
};
const schema = defineSchema(fields, {
  rules: [...isoRules, ...httpRules, ...floppyRules, ...cdRules, ...bootRules],
  legacy: isoLegacy,
});
const iso = { iso_url: "a.iso", iso_checksum: "md5:d41d8cd98f00b204e9800998ecf8427e" };
const issues = (args: Record<string, unknown>) =>
  issuesOf(schema, { ...iso, ...args }).map(({ severity, path, detail }) => `${severity} ${path.join(".")}: ${detail}`);

describe("arguments shared by machine builders", () => {
  it("have Packer's defaults", () => {
    expect(configOf(schema, iso)).toEqual({
      ...iso,
      iso_target_extension: "iso",
      http_port_min: 8000,
      http_port_max: 9000,
      http_network_protocol: "tcp",
      floppy_label: "packer",
      cd_label: "packer",
      boot_wait: 10_000,
      shutdown_timeout: 300_000,
    });
  });

  it("take one place of the image or several", () => {
    expect(isoUrls(configOf(schema, iso))).toEqual(["a.iso"]);
    expect(
      isoUrls(configOf(schema, { iso_urls: ["a", "b"], iso_checksum: "md5:d41d8cd98f00b204e9800998ecf8427e" })),
    ).toEqual(["a", "b"]);
    expect(issues({ iso_urls: ["b"] })[0]).toContain('Only one of "iso_url", "iso_urls" may be set');
    expect(issues({ iso_url: undefined })[0]).toContain('One of "iso_url", "iso_urls" must be set.');
  });

  it("understand what Packer once had", () => {
    const hex = "a".repeat(64);
    const old = { iso_url: "a.iso", iso_checksum: hex, iso_checksum_type: "sha256" };
    expect(configOf(schema, old).iso_checksum).toBe(`sha256:${hex}`);
    expect(configOf(schema, { iso_url: "a.iso", iso_checksum: "x", iso_checksum_type: "none" }).iso_checksum).toBe(
      "none",
    );
    expect(configOf(schema, { iso_url: "a.iso", iso_checksum_url: "http://x/SUMS" }).iso_checksum).toBe(
      "file:http://x/SUMS",
    );
    expect(issuesOf(schema, old)).toMatchObject([{ severity: "warning", path: ["iso_checksum_type"] }]);
  });

  it.each([
    [{ iso_checksum: "sha256:12" }, 'error iso_checksum: A sha256 checksum has 64 digits, and "12" has 2.'],
    [
      { http_directory: "http", http_content: { "/a": "" } },
      'error http_content: Only one of "http_directory", "http_content" may be set',
    ],
    [
      { http_content: { a: "" } },
      'error http_content.a: The path "a" must start with a slash, as it does in a request: "/a".',
    ],
    [{ http_port_min: 9001 }, 'error http_port_min: "http_port_min" (9001) must not be above "http_port_max" (9000).'],
    [{ http_network_protocol: "unixpacket" }, "error http_network_protocol: HTTP needs a stream"],
    [{ http_network_protocol: "unix" }, 'error http_bind_address: With http_network_protocol = "unix"'],
    [{ floppy_label: "twelve chars" }, 'error floppy_label: "twelve chars" cannot be the label of a floppy disk'],
    [{ cd_label: "c".repeat(33) }, "error cd_label:"],
    [
      { boot_command: ["linux", "caffè"] },
      'error boot_command.1: The character "è" (U+00E8) cannot be typed on a US keyboard.',
    ],
    [{ boot_command: ["<entr>"] }, 'warning boot_command.0: "<entr>" is not a key'],
    [{ shutdown_timeout: "5" }, "error shutdown_timeout:"],
  ])("report %j", (args, expected) => {
    const found = issues(args);
    expect(found.map((issue) => issue.slice(0, expected.length))).toContain(expected);
  });

  it("do not mind what is not rendered yet", () => {
    expect(issues({ http_directory: "http", boot_command: ["url={{ .HTTPIP }}:{{ .HTTPPort }}<enter>"] })).toEqual([]);
  });
});
