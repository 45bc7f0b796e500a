import { readFile, stat } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { writeCrashReport } from "../../../src/core/journal/crash-report.ts";
import { createRedactor } from "../../../src/ui/redact.ts";
import { temporaryDirectory } from "../../helper/temporary-directory.ts";
import { testHost } from "../../helper/test-host.ts";

describe("writeCrashReport", () => {
  it("writes stack and platform, without secrets and environment, for its owner only", async () => {
    const host = testHost(temporaryDirectory(), { API_TOKEN: "in the environment" });
    const redactor = createRedactor();
    redactor.add("s3cret-value");
    const error = new Error("broke on s3cret-value", { cause: { details: ["s3cret-value"] } });
    const path = await writeCrashReport(host, {
      error,
      version: "1.2.3",
      command: "build",
      runId: "r",
      redactText: redactor.text,
    });
    const report = await readFile(path!, "utf8");
    expect(report).toContain("imgbuild 1.2.3 on Node");
    expect(report).toContain("broke on <sensitive>");
    expect(report).toContain("crash-report.test.ts");
    expect(report).not.toContain("s3cret-value");
    expect(report).not.toContain("in the environment");
    expect((await stat(path!)).mode & 0o777).toBe(0o600);
  });

  it("is quiet where it cannot write", async () => {
    const host = testHost("/", { IMGBUILD_STATE_DIR: "/dev/null/state" });
    const facts = { error: new Error("x"), version: "1", command: "build", redactText: (text: string) => text };
    expect(await writeCrashReport(host, facts)).toBeUndefined();
  });
});
