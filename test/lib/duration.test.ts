import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeDuration, formatDuration, parseDuration } from "../../src/lib/duration.ts";

describe("parseDuration", () => {
  it.each([
    ["1h30m", 5_400_000],
    ["1m20s", 80_000],
    ["500ms", 500],
    ["1.5s", 1500],
    [".5s", 500],
    ["-2s", -2000],
    ["+2s", 2000],
    ["0", 0],
    ["250us", 0.25],
    ["250µs", 0.25],
    ["1h1h", 7_200_000],
  ])("reads %s", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(["", "10", "s", "1d", "1 s", "1s ", "one minute", "1m-2s", "-", ".s", "1e3s"])(
    "does not take %j for a duration",
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it("reads back what formatDuration writes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 10 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBeCloseTo(ms, 3);
      }),
    );
  });
});

describe("formatDuration", () => {
  it.each([
    [0, "0s"],
    [0.25, "250µs"],
    [500, "500ms"],
    [1500, "1.5s"],
    [300_000, "5m0s"],
    [5_400_000, "1h30m0s"],
    [-80_000, "-1m20s"],
  ])("writes %d ms as Go does", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe("describeDuration", () => {
  it.each([
    [400, "0.4 seconds"],
    [1000, "1 second"],
    [10_000, "10 seconds"],
    [60_000, "1 minute"],
    [725_000, "12 minutes 5 seconds"],
    [7_500_000, "2 hours 5 minutes"],
    [3_605_000, "1 hour"],
  ])("says %d ms for people", (ms, text) => {
    expect(describeDuration(ms)).toBe(text);
  });
});
