import { describe, expect, it } from "vitest";
import { createWorkplace } from "../helper/imgbuild.ts";

async function docs(...words: readonly string[]) {
  return (await createWorkplace()).run("docs", ...words);
}

describe("imgbuild docs", () => {
  it("shows one option", async () => {
    const { stdout, code } = await docs("qemu", "disk_size");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^builder qemu\n\n {2}disk_size {2}\(string, default 40960M.*\)\n {6}Size of the main disk/);
    expect(stdout).not.toContain("memory");
  });

  it.each([
    [["amazon-ebs", "launch_block_device_mappings", "volume_size"], /^builder amazon-ebs\n\n {2}volume_size /],
    [["amazon-ebs", "launch_block_device_mappings.volume_size"], /^builder amazon-ebs\n\n {2}volume_size /],
    [
      ["amazon-ebs", "launch_block_device_mappings"],
      / {2}launch_block_device_mappings {2}\(blocks[^]*\n {6}volume_size/,
    ],
    [["qemu", "http_"], / {2}http_directory[^]* {2}http_port_min/],
    [["provisioner", "file", "source"], /^provisioner file\n\n {2}source/],
    [["file", "source"], /^builder file\n[^]*\nprovisioner file\n/],
    [["formatdate"], /^formatdate\(format, timestamp\) → string\n/],
    [["function", "length"], /^length\(/],
    [["function"], /: .*\bformatdate\b/],
    [["qemu", "ssh_wait_timeout"], /ssh_wait_timeout {2}\(deprecated: use ssh_timeout\)/],
  ])("%j", async (words, expected) => {
    const { stdout, code } = await docs(...words);
    expect([code, stdout]).toEqual([0, expect.stringMatching(expected)]);
  });

  it.each([
    [["qemu", "disk_siz"], 'qemu has no option "disk_siz". Did you mean "disk_size"?'],
    [
      ["amazon-ebs", "launch_block_device_mappings", "volum_size"],
      'Did you mean "launch_block_device_mappings.volume_size"?',
    ],
    [["function", "formatdat"], 'There is no function "formatdat". Did you mean "formatdate"?'],
    [["fil"], 'There is no component "fil". Did you mean "file"?'],
  ])("%j is refused with what is near", async (words, expected) => {
    const { stderr, code } = await docs(...words);
    expect([code, stderr]).toEqual([2, expect.stringContaining(expected)]);
  });

  it("groups many options by what their names begin with", async () => {
    const { stdout } = await docs("qemu");
    expect(stdout).toMatch(/Groups: .*ssh_ \(\d+\)[^]*imgbuild docs qemu ssh_\n/);
    expect(stdout).toContain("Optional, ssh_…:");
    expect((await docs("provisioner", "sleep")).stdout).not.toContain("Groups");
  });

  it("searches names, then descriptions", async () => {
    const { stdout, code } = await docs("-search", "guest_additions_m");
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^builder virtualbox-iso guest_additions_mode\n {4}How /),
    ]);
    expect((await docs("-search", "leap second")).code).toBe(1);
    const found = JSON.parse((await docs("-search", "formatdate", "-json")).stdout) as readonly object[];
    expect(found[0]).toMatchObject({ show: "function formatdate" });
  });

  it("gives programs an option or a function as data", async () => {
    const [{ options }] = JSON.parse((await docs("-json", "qemu", "disk_size")).stdout) as [{ options: object[] }];
    expect(options).toMatchObject([{ name: "disk_size", type: "string" }]);
    expect(JSON.parse((await docs("-json", "upper")).stdout)).toMatchObject({ kind: "function", name: "upper" });
  });
});
