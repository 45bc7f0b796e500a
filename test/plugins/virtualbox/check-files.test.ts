import { describe, expect, it } from "vitest";
import { builder as iso } from "../../../src/plugins/virtualbox/iso.ts";
import { builder as ovf } from "../../../src/plugins/virtualbox/ovf.ts";
import { builder as vm } from "../../../src/plugins/virtualbox/vm.ts";
import { configOf } from "../../helper/decode-config.ts";

const work = "/nonexistent";
const places = { work, template: work, host: { homeDir: work, env: {}, platform: "linux" as const } };
const login = { ssh_username: "vagrant", ssh_password: "vagrant" };
const builders = { iso, ovf, vm };

describe("files of the machine that builds (M-08)", () => {
  it.each([
    ["iso", "iso_url", { iso_url: "absent.iso", iso_checksum: "none" }],
    [
      "iso",
      "guest_additions_url",
      { iso_url: "http://h/a.iso", iso_checksum: "none", guest_additions_url: "absent.iso" },
    ],
    ["ovf", "source_path", { source_path: "absent.ova", checksum: "none" }],
    [
      "ovf",
      "guest_additions_url",
      { source_path: "http://h/a.ova", checksum: "none", guest_additions_url: "file:absent.iso" },
    ],
    ["vm", "guest_additions_url", { vm_name: "vm", guest_additions_url: "absent.iso" }],
  ] as const)("virtualbox-%s: %s is theirs, and missed", async (type, name, args) => {
    const builder = builders[type] as typeof iso;
    const config = configOf(builder.schema, { ...login, ...args });
    const issues = await builder.checkFiles!(config, places);
    expect(issues).toMatchObject([{ severity: "error", path: [name], ofHost: true }]);
  });

  it.each([
    { guest_additions_url: "additions_{{ .Version }}.iso" },
    { guest_additions_url: "absent.iso", guest_additions_mode: "disable" },
    { guest_additions_url: "http://h/additions.iso" },
  ])("but not %o", async (args) => {
    const config = configOf(iso.schema, { ...login, iso_url: "http://h/a.iso", iso_checksum: "none", ...args });
    expect(await iso.checkFiles!(config, places)).toEqual([]);
  });
});
