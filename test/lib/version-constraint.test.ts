import { describe, expect, it } from "vitest";
import { parseVersionConstraint, satisfies } from "../../src/lib/version-constraint.ts";

describe("satisfies", () => {
  it.each([
    ["1.16.0", ">= 1.7.2, < 2", true],
    ["1.16.0", "~> 1.7", true],
    ["2.0.0", "~> 1.7", false],
    ["1.7.9", "~> 1.7.2", true],
    ["1.8.0", "~> 1.7.2", false],
    ["1.7.1", "~> 1.7.2", false],
    ["1.16.0", "1.16", true],
    ["1.16.0", "= 1.16.0", true],
    ["1.16.0", "!= 1.16.0", false],
    ["1.16.0", "> 1.16.0", false],
    ["1.16.0", "<= v1.16.0", true],
    ["1.16.0-dev", ">= 1.16.0", false],
    ["1.16.0-beta.2", "> 1.16.0-beta.1", true],
    ["1.16.0-beta.10", "> 1.16.0-beta.9", true],
    ["1.16.0-alpha", "< 1.16.0-beta", true],
    ["1.16.0-1", "< 1.16.0-alpha", true],
    ["1.9.0", ">= 1.10.0", false],
  ])("%s %s: %s", (version, constraint, expected) => {
    expect(satisfies(version, parseVersionConstraint(constraint)!)).toBe(expected);
  });
});

describe("parseVersionConstraint", () => {
  it.each(["", "about 1", ">= ", "1.x", "=> 1", ">= 1.0,"])("refuses %j", (text) => {
    expect(parseVersionConstraint(text)).toBeUndefined();
  });
});
