import { describe, expect, it } from "vitest";
import { crashError } from "../../../src/plugin-host/process/plugin-failure.ts";
import { findPanic, LogRing, parseLogLine } from "../../../src/plugin-host/process/plugin-log.ts";

const linesOf = (text: string) => text.split("\n").map(parseLogLine);

/** As a Go program ends, with a plugin's own frames among those that every plugin has. */
const PANIC = `2026/11/30 03:43:39 [INFO] before
panic: runtime error: index out of range [3] with length 0

goroutine 24 [running]:
github.com/acme/packer-plugin-x/builder.(*Builder).Prepare(0xc000, {0x1, 0x2, 0x3})
\t/home/acme/builder/builder.go:42 +0x1d
github.com/hashicorp/packer-plugin-sdk/rpc.(*BuilderServer).Prepare(0xc000, 0xc001)
\t/go/pkg/mod/github.com/hashicorp/packer-plugin-sdk@v0.6.10/rpc/builder.go:120 +0x9a
reflect.Value.call({0x1})
\t/usr/local/go/src/reflect/value.go:586 +0xca5
net/rpc.(*service).call(0xc000)
\t/usr/local/go/src/net/rpc/server.go:382 +0x1c7
created by net/rpc.(*Server).ServeCodec in goroutine 1
\t/usr/local/go/src/net/rpc/server.go:479 +0x3ed`;

describe("parseLogLine", () => {
  it.each([
    ["2026/11/30 03:43:39 [DEBUG] text [x]", { level: "debug", text: "text [x]" }],
    ["2026/11/30 03:43:39 [ERR] text", { level: "error", text: "text" }],
    ["2026/11/30 03:43:39.123456 [WARN] text", { level: "warn", text: "text" }],
    ["2026/11/30 03:43:39 text", { level: undefined, text: "text" }],
    ["[NOTE] text", { level: undefined, text: "[NOTE] text" }],
    ["", { level: undefined, text: "" }],
  ])("reads %j", (line, parsed) => {
    expect(parseLogLine(line)).toEqual(parsed);
  });
});

describe("LogRing", () => {
  it("keeps the last lines, in order", () => {
    const ring = new LogRing(3);
    for (let number = 0; number < 1000; number++) ring.add(parseLogLine(`line ${number}`));
    expect(ring.lines.map(({ text }) => text)).toEqual(["line 997", "line 998", "line 999"]);
  });
});

describe("findPanic", () => {
  it("finds the reason, and where it was in the plugin's own code", () => {
    expect(findPanic(linesOf(PANIC))).toEqual({
      reason: "runtime error: index out of range [3] with length 0",
      frames: ["github.com/acme/packer-plugin-x/builder.(*Builder).Prepare (builder.go:42)"],
    });
  });

  it("finds a fatal error of Go's runtime", () => {
    expect(findPanic(linesOf("fatal error: all goroutines are asleep - deadlock!"))).toMatchObject({
      reason: "all goroutines are asleep - deadlock!",
    });
  });

  it("finds none where there is none", () => {
    expect(findPanic(linesOf("2026/11/30 03:43:39 [DEBUG] do not panic: all is well"))).toBeUndefined();
  });
});

describe("crashError", () => {
  const facts = { what: 'The builder "x" of the plugin x', doing: "ran", cause: new Error("gone") };

  it.each([
    [{ code: 3, signal: null }, "ended with exit code 3 while it ran"],
    [{ code: 0, signal: null }, "ended without being asked to while it ran"],
    [{ code: null, signal: "SIGKILL" as const }, "was ended by SIGKILL while it ran"],
    [undefined, "broke its connection off while it ran"],
  ])("says how it ended: %j", (ended, sentence) => {
    const error = crashError({ ...facts, ended, log: linesOf("the last word") });
    expect(error.message).toContain(sentence);
    expect(error.hint).toBe("The last it wrote to its log:\n    the last word");
  });

  it("shows a panic shortly, whose bug it is, and not the whole dump", () => {
    const error = crashError({ ...facts, ended: { code: 2, signal: null }, log: linesOf(PANIC) });
    expect(error.message).toBe(
      `${facts.what} crashed while it ran: runtime error: index out of range [3] with length 0`,
    );
    expect(error.hint).toMatch(/bug of the plugin.*\n {4}github.com\/acme.*builder\.go:42\)$/s);
  });
});
