import { describe, expect, it } from "vitest";
import type { AccessConfig } from "../../../../src/plugins/amazon/aws/options/access.ts";
import { sharedIn } from "../../../../src/plugins/amazon/aws/shared.ts";

const access = {} as AccessConfig;

describe("sharedIn", () => {
  it("asks a question once, and again after whoever asked was cancelled", async () => {
    const shared = sharedIn({}, access);
    let asked = 0;
    const ask = () => Promise.resolve(++asked);
    const failing = shared.remembered("q", () => Promise.reject(new Error("cancelled")));
    const other = shared.remembered("q", ask);
    await expect(failing).rejects.toThrow("cancelled");
    expect(await Promise.all([other, shared.remembered("q", ask), shared.remembered("q", ask)])).toEqual([1, 1, 1]);
    expect(await shared.remembered("another", ask)).toBe(2);
  });

  it("opens one session for all who ask, another when it is about to expire or is forgotten", async () => {
    const env = {};
    let opened = 0;
    let lifetimeMs = 60_000;
    const open = () =>
      Promise.resolve(() =>
        Promise.resolve({
          accessKeyId: `key-${++opened}`,
          secretAccessKey: "s",
          expiration: new Date(Date.now() + lifetimeMs),
        }),
      );
    const key = async () => (await sharedIn(env, access).credentials(open)).accessKeyId;
    expect(await key()).toBe("key-1");
    lifetimeMs = 3_600_000;
    expect(await Promise.all([key(), key()])).toEqual(["key-2", "key-2"]);
    expect(await key()).toBe("key-2");
    sharedIn(env, access).forgetCredentials();
    expect(await key()).toBe("key-3");
  });

  it("says throttling once for a command, whatever the account", () => {
    const env = {};
    const told = [access, { profile: "other" } as AccessConfig, access].map((one) =>
      sharedIn(env, one).isFirst("throttled"),
    );
    expect(told).toEqual([true, false, false]);
    expect(sharedIn(env, access).isFirst("unreachable")).toBe(true);
  });
});
