import { describe, expect, it } from "vitest";
import { errorText } from "../../src/lib/error-text.ts";
import { InvariantError } from "../../src/lib/invariant.ts";

function circle(): Error {
  const outer = new Error("a");
  outer.cause = new Error("b", { cause: outer });
  return outer;
}

describe("errorText", () => {
  it.each([
    ["a message without its full stop", new Error("The disk is full."), "The disk is full"],
    [
      "its cause",
      new Error("The image cannot be read", { cause: new Error("EACCES") }),
      "The image cannot be read: EACCES",
    ],
    ["a cause that is quoted already once", new Error("It broke: EIO", { cause: new Error("EIO") }), "It broke: EIO"],
    ["causes of causes", new Error("a", { cause: new Error("b", { cause: "c" }) }), "a: b: c"],
    [
      "a cause quoted in other case",
      new Error("The disk is full", { cause: new Error("the disk is full") }),
      "The disk is full",
    ],
    ["the cause of a cause that is quoted", new Error("a: b", { cause: new Error("b", { cause: "c" }) }), "a: b: c"],
    ["causes in a circle once", circle(), "a: b"],
    ["the name of an error without a message", new Error(""), "Error"],
    ["any thrown thing", "text", "text"],
    [
      "a bug as one",
      new TypeError("x is not a function"),
      "TypeError: x is not a function (this is a bug in imgbuild, please report it)",
    ],
    ["a broken invariant as its message does", new InvariantError("no name"), "no name"],
    [
      "an error of the environment that Node calls a TypeError as no bug",
      new TypeError("fetch failed", { cause: new Error("ECONNREFUSED") }),
      "fetch failed: ECONNREFUSED",
    ],
  ])("says %s", (_, error, expected) => expect(errorText(error)).toBe(expected));
});
