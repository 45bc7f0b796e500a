import { EventEmitter, once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { BuildEvent } from "../../src/sdk/event.ts";
import { commands } from "../../src/cli/commands.ts";
import { catchStrayErrors } from "../../src/cli/stray-errors.ts";
import { createRedactor } from "../../src/ui/redact.ts";
import { temporaryDirectory } from "../helper/temporary-directory.ts";
import { testHost } from "../helper/test-host.ts";

describe("catchStrayErrors", () => {
  it("cancels the builds, and writes a report that names the command that ran", async () => {
    const state = temporaryDirectory();
    const process = new EventEmitter();
    const said = new EventEmitter();
    const redactor = createRedactor();
    redactor.add("planted-secret");
    const emit = (event: BuildEvent) => void said.emit("event", event);
    const pipeline = { emit, quiet: () => {}, ready: () => Promise.resolve(), close: () => Promise.resolve() };
    const cancelBuilds = new AbortController();
    const host = testHost(state, { IMGBUILD_STATE_DIR: state });
    const context = { host, process: process as unknown as NodeJS.Process, commands, onRedactor: () => {} };
    const options = { command: "post-process", runId: "r", cancelBuilds, output: { pipeline, redactor } };
    const stray = catchStrayErrors(context, options);

    const warned = once(said, "event");
    process.emit("uncaughtException", new Error("broke on planted-secret"));
    const [warning] = (await warned) as [BuildEvent];
    stray.stop();

    expect(cancelBuilds.signal.aborted).toBe(true);
    const [name] = readdirSync(join(state, "crashes"));
    const report = readFileSync(join(state, "crashes", name!), "utf8");
    expect(report).toContain("command  post-process");
    expect(report).not.toContain("planted-secret");
    expect(warning).toMatchObject({ kind: "warning", text: expect.stringContaining(name!) as string });
    expect(process.eventNames()).toEqual([]);
  });
});
