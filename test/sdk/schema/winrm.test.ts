import { describe, expect, it } from "vitest";
import { registry } from "../../../src/registry.ts";
import { communicatorFields, communicatorRules } from "../../../src/sdk/schema/communicator.ts";
import { guestLogin } from "../../../src/sdk/schema/guest-login.ts";
import { defineSchema } from "../../../src/sdk/schema/schema.ts";
import { winrmFields } from "../../../src/sdk/schema/winrm.ts";
import { configOf, issuesOf } from "../../helper/decode-config.ts";

const schema = defineSchema(communicatorFields, { rules: communicatorRules({ needsHost: true }) });

const values: Readonly<Record<keyof typeof winrmFields, unknown>> = {
  winrm_host: "10.0.0.1",
  winrm_port: 5987,
  winrm_username: "vagrant",
  winrm_password: "vagrant",
  winrm_timeout: "60m",
  winrm_use_ssl: true,
  winrm_insecure: true,
  winrm_use_ntlm: true,
  winrm_no_proxy: true,
};

describe("the options of WinRM", () => {
  it.each(["none", "ssh"])("are without effect where the communicator is %s (T-02)", (communicator) => {
    const ssh = { ssh_host: "h", ssh_username: "u", ssh_password: "p" };
    expect(issuesOf(schema, { communicator, ...ssh, ...values })).toEqual([]);
  });

  it("are known to every builder that gets into a machine", async () => {
    for (const type of registry.types("builder")) {
      const { schema: of } = (await registry.load("builder", type))!;
      const known = Object.keys(of.object.shape);
      if (!known.includes("communicator")) continue;
      expect(Object.keys(winrmFields).filter((name) => !known.includes(name))).toEqual([]);
    }
  });

  it("have Packer's defaults", () => {
    const config = configOf(schema, {
      communicator: "winrm",
      winrm_host: "h",
      winrm_username: "u",
      winrm_password: "p",
    });
    expect(config).toMatchObject({
      winrm_timeout: 1_800_000,
      winrm_use_ssl: false,
      winrm_insecure: false,
      winrm_no_proxy: false,
    });
    expect(config.winrm_use_ntlm).toBeUndefined();
    expect(guestLogin(config)).toEqual({ host: "h", port: 5985, username: "u", password: "p" });
    expect(guestLogin({ ...config, winrm_use_ssl: true }).port).toBe(5986);
  });

  it.each(["winrm_host", "winrm_username", "winrm_password"])("miss %s where it is needed", (name) => {
    const args = { communicator: "winrm", ...values, [name]: "" };
    expect(issuesOf(schema, args).map(({ detail }) => detail)).toEqual([
      expect.stringContaining(`"${name}"`) as unknown as string,
    ]);
  });
});
