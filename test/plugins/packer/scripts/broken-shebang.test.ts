import { describe, expect, it } from "vitest";
import { warnOfBrokenShebang } from "../../../../src/plugins/packer/scripts/broken-shebang.ts";

const MARK = "\uFEFF";

describe("warnOfBrokenShebang (T-20)", () => {
  it.each([
    ["#!/bin/sh\ntrue\n", []],
    ["#!/bin/sh\r\ntrue\r\n", ["Windows line ends"]],
    [`${MARK}#!/bin/sh\ntrue\n`, ["a byte order mark"]],
    [`${MARK}#!/bin/sh\r\ntrue\r\n`, ["Windows line ends", "a byte order mark"]],
    [`${MARK}echo no interpreter is named\n`, []],
    ["echo one\r\n", []],
    [`#!/bin/sh\n${MARK}#!\n`, []],
    ["", []],
  ])("says of %j %j", (text, problems) => {
    const warnings: string[] = [];
    warnOfBrokenShebang({ warn: (message) => void warnings.push(message) }, "x.sh", Buffer.from(text));
    expect(warnings).toEqual(
      problems.map((problem) => expect.stringContaining(`x.sh is a script with ${problem}`) as string),
    );
  });
});
