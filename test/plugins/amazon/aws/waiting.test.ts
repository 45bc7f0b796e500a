import { describe, expect, it } from "vitest";
import type { Ec2 } from "../../../../src/plugins/amazon/aws/api.ts";
import { BackOff } from "../../../../src/plugins/amazon/aws/back-off.ts";
import { callPatiently } from "../../../../src/plugins/amazon/aws/call.ts";
import { waitLimitMs } from "../../../../src/plugins/amazon/aws/cloud.ts";
import { pauseMs, Poller } from "../../../../src/plugins/amazon/aws/poller.ts";

describe("pauseMs", () => {
  it.each([
    [0, 120_000, 5000],
    [90_000, 120_000, 5000],
    [117_000, 120_000, 1000],
    [120_000, 120_000, 1000],
    [140_000, 120_000, 2500],
    [600_000, 120_000, 5000],
  ])("after %i ms of %i expected it is %i ms", (elapsed, expected, pause) => {
    expect(pauseMs(elapsed, expected)).toBe(pause);
  });
});

describe("waitLimitMs", () => {
  const polling = (max_attempts?: number, delay_seconds?: number) => ({ aws_polling: { max_attempts, delay_seconds } });
  it.each([
    ["both", polling(60, 30), {}, 1_800_000],
    ["attempts alone, with the pause of the SDK they were made for", polling(240), {}, 3_600_000],
    ["a pause alone changes no limit", polling(undefined, 5), {}, 7],
    ["the environment", {}, { AWS_MAX_ATTEMPTS: "10", AWS_POLL_DELAY_SECONDS: "6" }, 60_000],
    ["the template wins over the environment", polling(1, 1), { AWS_MAX_ATTEMPTS: "10" }, 1000],
    ["neither", {}, {}, 7],
  ])("%s", (_, access, env, limit) => {
    expect(waitLimitMs(access as never, env, 7)).toBe(limit);
  });
});

describe("Poller", () => {
  it("asks once for all that wait at the same time, and by a filter", async () => {
    const asked: string[][] = [];
    const ec2 = {
      call: (_: string, input: { Filters: { Values: string[] }[] }) => {
        asked.push(input.Filters[0]!.Values);
        const Instances = input.Filters[0]!.Values.map((InstanceId) => ({ InstanceId, State: { Name: "running" } }));
        return Promise.resolve({ Reservations: [{ Instances }] });
      },
    } as unknown as Ec2;
    const poller = new Poller(ec2);
    const wait = (id: string) =>
      poller.wait("instance", id, { until: (found) => found?.InstanceId, expectedMs: 1000, timeoutMs: 5000 });
    expect(await Promise.all([wait("i-1"), wait("i-2"), wait("i-3")])).toEqual(["i-1", "i-2", "i-3"]);
    expect(asked).toEqual([["i-1", "i-2", "i-3"]]);
  });

  it("ends at its limit, and at once when cancelled", async () => {
    const ec2 = { call: () => Promise.resolve({ Images: [] }) } as unknown as Ec2;
    const options = { until: () => undefined, expectedMs: 10_000 };
    const poller = new Poller(ec2);
    expect(await poller.wait("image", "ami-1", { ...options, timeoutMs: 50 })).toBeUndefined();
    const controller = new AbortController();
    const waiting = poller.wait("image", "ami-1", { ...options, timeoutMs: 60_000, signal: controller.signal });
    setTimeout(() => controller.abort(new Error("stop")), 50);
    await expect(waiting).rejects.toThrow("stop");
  });
});

describe("callPatiently", () => {
  const context = { maxAttempts: 3, onDelay: () => {}, renew: () => Promise.resolve(false) };
  const failing = (name: string, times: number) => {
    let calls = 0;
    const send = () =>
      ++calls <= times ? Promise.reject(Object.assign(new Error(name), { name })) : Promise.resolve(calls);
    return { send, calls: () => calls };
  };

  it("never repeats what must be looked for first", async () => {
    const { send, calls } = failing("InternalError", 9);
    await expect(callPatiently("RunInstances", send, { once: true }, context)).rejects.toThrow("RunInstances failed");
    expect(calls()).toBe(1);
  });

  it("holds back every call while one is throttled, and lets them go on one by one", async () => {
    const backOff = new BackOff();
    const shared = { ...context, backOff };
    const sent: string[] = [];
    const call = (name: string) =>
      callPatiently("DescribeImages", () => Promise.resolve(sent.push(name)), {}, shared).then(() => sent.length);
    expect(await call("before")).toBe(1);
    backOff.hold(300);
    const calls = ["a", "b", "c"].map(call);
    expect(sent).toEqual(["before"]);
    await Promise.all(calls);
    expect(sent).toEqual(["before", "a", "b", "c"]);
  });

  it("tells the others when it is throttled, and stops waiting for them when it is cancelled", async () => {
    const backOff = new BackOff();
    const { send, calls } = failing("RequestLimitExceeded", 1);
    expect(await callPatiently("DescribeImages", send, {}, { ...context, backOff })).toBe(2);
    expect(calls()).toBe(2);
    backOff.hold(60_000);
    const interrupt = new AbortController();
    const waiting = callPatiently("DescribeImages", send, { signal: interrupt.signal }, { ...context, backOff });
    interrupt.abort(new Error("stop"));
    await expect(waiting).rejects.toThrow();
    expect(calls()).toBe(2);
  });

  it("repeats a lost call as often as max_retries allows", async () => {
    const { send, calls } = failing("InternalError", 9);
    await expect(callPatiently("DescribeImages", send, {}, context)).rejects.toThrow("InternalError");
    expect(calls()).toBe(3);
  });

  it("takes not found for not yet only where the thing is young", async () => {
    await expect(callPatiently("CreateTags", failing("InvalidAMIID.NotFound", 1).send, {}, context)).rejects.toThrow();
    expect(await callPatiently("CreateTags", failing("InvalidAMIID.NotFound", 1).send, { young: true }, context)).toBe(
      2,
    );
  });

  it("repeats what is busy until an interrupt ends the pause (A-02)", async () => {
    const interrupt = new AbortController();
    const { send, calls } = failing("IncorrectState", 1000);
    const options = { once: true, pauses: interrupt.signal };
    const countAndEnd = () => {
      const tried = send();
      if (calls() === 2) interrupt.abort(new Error("interrupted"));
      return tried;
    };
    await expect(callPatiently("CreateImage", countAndEnd, options, context)).rejects.toThrow(/abort|interrupted/);
    expect(calls()).toBe(2);
  });

  it("never repeats a question about permissions that is refused for a moment", async () => {
    const { send, calls } = failing("IncorrectState", 1);
    await expect(callPatiently("CreateImage", send, { isDry: true }, context)).rejects.toThrow("CreateImage failed");
    expect(calls()).toBe(1);
  });

  it("gives keys that Vault has just made time to become known", async () => {
    const { send } = failing("AuthFailure", 2);
    expect(await callPatiently("DescribeRegions", send, {}, { ...context, hasYoungKeys: true })).toBe(3);
    await expect(callPatiently("DescribeRegions", failing("AuthFailure", 1).send, {}, context)).rejects.toThrow();
  });
});
