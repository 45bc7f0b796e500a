import { constants } from "node:os";
import { describe, expect, it } from "vitest";
import { socketFailure } from "../../../src/communicators/ssh/login-failure.ts";
import { readFailure } from "../../../src/template/messages/files.ts";
import { ERRNO_NAMES } from "../../helper/raw-errors.ts";

/** Every error this system has, as Node makes it. */
const errors = Object.entries(constants.errno).map(([code, errno]) => {
  const error = new Error(`${code}: the system's own words, open '/some/where/.x.0123456789ab.tmp'`);
  return Object.assign(error, { code, errno: -errno, syscall: "open", path: "/some/where/.x.0123456789ab.tmp" });
});

/** No code, no name of a system call, no temporary name. */
function expectWords(text: string, code: string): void {
  const shown = text.replace(`(${code})`, "");
  expect(shown).not.toMatch(ERRNO_NAMES);
  expect(shown).not.toMatch(/, open|\bopen '|\.tmp/);
  expect(text).toMatch(/[a-z]+ [a-z]+/);
}

describe("errors of the system in messages (V-12)", () => {
  it.each(errors)("$code: a file of the template that cannot be read", (error) => {
    const { detail = "" } = readFailure("template", "a.pkr.hcl", error);
    expectWords(detail, error.code);
    expect(detail).toMatch(/^a\.pkr\.hcl /);
  });

  it.each(errors)("$code: a machine that cannot be reached", (error) => {
    const reached = Object.assign(error, { syscall: "connect" });
    expectWords(socketFailure(reached, "host:22").message, error.code);
    expect(socketFailure(reached, "host:22").message).toContain("host:22");
  });
});
