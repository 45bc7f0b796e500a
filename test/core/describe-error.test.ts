import { describe, expect, it } from "vitest";
import { describeError, errorText } from "../../src/core/describe-error.ts";
import { invariant } from "../../src/lib/invariant.ts";
import { BuildError } from "../../src/sdk/error.ts";

const thrownBy = (body: () => void): unknown => {
  try {
    body();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
};

describe("errorText", () => {
  it.each([
    ["a build error", new BuildError("The disk is full."), "The disk is full"],
    [
      "its cause",
      new BuildError("The image cannot be read", { cause: new Error("EACCES") }),
      "The image cannot be read: EACCES",
    ],
    [
      "a cause that is quoted already once",
      new BuildError("It broke: EIO", { cause: new Error("EIO") }),
      "It broke: EIO",
    ],
    ["causes in a circle once", Object.assign(new Error("a"), { cause: undefined }), "a"],
    ["any thrown thing", "text", "text"],
    [
      "a bug as one",
      new TypeError("x is not a function"),
      "TypeError: x is not a function (this is a bug in imgbuild, please report it)",
    ],
    [
      "an error of the world that Node calls a TypeError as no bug",
      new TypeError("fetch failed", { cause: new Error("ECONNREFUSED") }),
      "fetch failed: ECONNREFUSED",
    ],
  ])("says %s", (_, error, expected) => expect(errorText(error)).toBe(expected));
});

describe("describeError", () => {
  it("gives the hint of the first in the chain that has one", () => {
    const inner = new BuildError("no space", { hint: "Make room." });
    expect(describeError(new BuildError("cannot export", { cause: inner }))).toEqual({
      text: "cannot export\nCause: no space",
      hint: "Make room.",
      stack: undefined,
    });
  });

  it("gives the stack of a broken invariant", () => {
    const { text, stack } = describeError(thrownBy(() => invariant(false, "a build without a name")));
    expect(text).toBe("a build without a name (this is a bug in imgbuild, please report it)");
    expect(stack).toContain("describe-error.test.ts");
  });
});
