import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromPortable, isInside, staysInside, toPortable } from "../../../src/core/store/portable.ts";

describe("toPortable", () => {
  it("marks paths below the directory and nothing else, and means the same elsewhere", () => {
    const value = {
      files: ["/work/out/disk", "/workshop/x", "/etc/passwd"],
      state: { at: "/work", size: 3, none: null },
    };
    const portable = toPortable(value, "/work");
    expect(portable).toEqual({
      files: [{ $work: "out/disk" }, "/workshop/x", "/etc/passwd"],
      state: { at: { $work: "" }, size: 3, none: null },
    });
    expect(fromPortable(portable, "/work")).toEqual(value);
    expect(fromPortable(portable, "/other")).toMatchObject({
      files: ["/other/out/disk", "/workshop/x", "/etc/passwd"],
    });
  });

  it("comes back from any JSON as it was", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(staysInside(value) && !JSON.stringify(value).includes("$work"));
        expect(fromPortable(toPortable(value, "/work"), "/work")).toEqual(value);
      }),
    );
  });
});

describe("staysInside", () => {
  it.each(["..", "../x", "a/../../x", "/x", "a//b", "./a", "C:/x", "a\\b", "a\0b", "a/"])("refuses %j", (path) => {
    expect(isInside(path)).toBe(false);
    expect(staysInside([{ deep: { $work: path } }])).toBe(false);
  });

  it.each(["a", "a/b.c", "...", "a..b/.c"])("takes %j", (path) => {
    expect(staysInside({ $work: path })).toBe(true);
  });
});
