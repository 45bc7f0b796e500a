import { describe, expect, it } from "vitest";
import { describeError } from "../../src/core/describe-error.ts";
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
