import { describe, expect, it } from "vitest";
import { parseTextScreen, parseUnreadKeys } from "../../../../src/plugins/virtualbox/driver/console.ts";
import { keyboardView, textView } from "./debugger-views.ts";

describe("parseTextScreen", () => {
  it("joins the rows, and knows no screen but a text screen", () => {
    expect(parseTextScreen(textView(["boot: a", "b"]))).toBe(`${"boot: a".padEnd(80)}b`);
    expect(parseTextScreen("")).toBeUndefined();
    expect(parseTextScreen("Not in text mode!\n")).toBeUndefined();
  });
});

describe("parseUnreadKeys", () => {
  it("reads the keyboard's input queue", () => {
    expect(parseUnreadKeys(keyboardView(0))).toBe(false);
    expect(parseUnreadKeys(keyboardView(12))).toBe(true);
    expect(parseUnreadKeys("")).toBe(false);
  });
});
