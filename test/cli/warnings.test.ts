import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createWorkplace } from "../helper/imgbuild.ts";

/** Doubtful in its builder, a provisioner and a post-processor. `false` is no QEMU, so that the build ends at once. */
const template = `source "qemu" "small" {
  iso_url      = "disk.iso"
  iso_checksum = "none"
  qemu_binary  = "false"
  ssh_username = "root"
}
build {
  sources = ["source.qemu.small"]
  provisioner "shell" { inline = ["true"] }
  provisioner "file" {
    content     = "x"
    source      = ""
    destination = "/tmp/x"
  }
  post-processor "shell-local" { inline = ["true"] }
}
`;

async function workplaceWith(env: Readonly<Record<string, string>> = {}) {
  const place = await createWorkplace(env);
  writeFileSync(join(place.directory, "disk.iso"), "an image");
  writeFileSync(join(place.directory, "t.pkr.hcl"), template);
  return place;
}

interface Warning {
  readonly summary: string;
  readonly place: unknown;
}

function warningsIn(events: string): readonly Warning[] {
  const parsed = events
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { kind: string; diagnostic?: { severity: string; summary: string } });
  const diagnostics = parsed.flatMap(({ diagnostic }) => (diagnostic?.severity === "warning" ? [diagnostic] : []));
  return diagnostics.map(({ summary, ...rest }) => ({ summary, place: (rest as { subject?: unknown }).subject }));
}

describe("the warnings of a template", () => {
  it("are told once by a build, in its events", async () => {
    const place = await workplaceWith();
    const { stdout: validated } = await place.run("validate", "--json", "t.pkr.hcl");
    const warnings = warningsIn(validated);
    expect(warnings.map(({ summary }) => summary)).toEqual(["No checksum", "No way to log in"]);
    const { stdout: built } = await place.run("build", "--json", "t.pkr.hcl");
    expect(warningsIn(built)).toEqual(warnings);
  });

  it("are told once by a build, in its output and as annotations", async () => {
    const place = await workplaceWith({ GITHUB_ACTIONS: "true" });
    const { code, stdout, stderr } = await place.run("build", "-color=false", "t.pkr.hcl");
    expect(code).toBe(1);
    const lines = (stdout + stderr).split("\n");
    const shown = lines.filter((line) => line.startsWith("Warning: No "));
    expect(shown).toEqual(["Warning: No checksum", "Warning: No way to log in"]);
    const annotated = lines.filter((line) => line.startsWith("::warning file="));
    expect(annotated.map((line) => /title=([^:,]*)/.exec(line)?.[1])).toEqual(["No checksum", "No way to log in"]);
  });
});
