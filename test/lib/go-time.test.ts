import { describe, expect, it } from "vitest";
import { formatGoTime } from "../../src/lib/go-time.ts";
import { startTime } from "../../src/lib/start-time.ts";
import { strftime } from "../../src/lib/strftime.ts";

const date = new Date("2024-03-05T14:07:09.120Z");

describe("formatGoTime", () => {
  it.each([
    ["2006-01-02T15:04:05Z07:00", "2024-03-05T14:07:09Z"],
    ["20060102150405", "20240305140709"],
    ["Mon Jan _2 15:04:05 2006", "Tue Mar  5 14:07:09 2024"],
    ["Monday, 02-Jan-06 3:04PM MST -0700", "Tuesday, 05-Mar-24 2:07PM UTC +0000"],
    ["January 2, 2006 03:04 pm", "March 5, 2024 02:07 pm"],
    ["06-1-2 3:4:5.000 .999 002", "24-3-5 2:7:9.120 .12 065"],
    ["", ""],
  ])("writes %j", (layout, expected) => {
    expect(formatGoTime(date, layout)).toBe(expected);
  });
});

describe("strftime", () => {
  it.each([
    ["%Y-%m-%dT%H:%M:%S%z", "2024-03-05T14:07:09+0000"],
    ["%a %A %b %B %d %e %j %U %V %W %u %w", "Tue Tuesday Mar March 05  5 065 09 10 10 2 2"],
    ["%y%C %I%p %k %l %s %% %F %T %R %D", "2420 02PM 14  2 1709647629 % 2024-03-05 14:07:09 14:07 03/05/24"],
  ])("writes %j", (format, expected) => {
    expect(strftime(date, format)).toBe(expected);
  });

  it("keeps a format it does not know, as Packer does (D-2)", () => {
    expect(strftime(date, "%Q %Y%")).toBe("%Q 2024%");
  });
});

describe("startTime", () => {
  const clock = { now: () => 1000 };
  it("is the clock's", () => {
    expect(startTime({ env: {}, clock }).getTime()).toBe(1000);
  });
  it("is SOURCE_DATE_EPOCH where that is set", () => {
    expect(startTime({ env: { SOURCE_DATE_EPOCH: "86400" }, clock }).toISOString()).toBe("1970-01-02T00:00:00.000Z");
  });
});
