import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it, vi } from "vitest";
import type { BuildEvent } from "../../src/sdk/event.ts";
import { createGithubStepSummary, githubGroups, guardCommands } from "../../src/ui/ci/github.ts";
import { createGithubAnnotations } from "../../src/ui/ci/github-annotations.ts";
import { gitlabSections } from "../../src/ui/ci/gitlab.ts";
import { createGroupedOutput } from "../../src/ui/ci/groups.ts";
import { createHumanRenderer } from "../../src/ui/human.ts";
import { createJsonRenderer, jsonMembers } from "../../src/ui/json.ts";
import { plainOutput } from "../../src/ui/line-output.ts";
import { createLogFileRenderer, logPathFor } from "../../src/ui/log-file.ts";
import { createMachineReadableRenderer } from "../../src/ui/machine-readable.ts";
import { createMetadataFileRenderer } from "../../src/ui/metadata-file.ts";
import { createTerminal } from "../../src/ui/terminal.ts";
import { createMemorySink, EVENT_TIME, everyEvent, renderAll } from "../helper/events.ts";
import { temporaryDirectory } from "../helper/temporary-directory.ts";

const clock = { monotonic: () => 0 };
const golden = (name: string): string => `../fixture/ui/${name}`;

function human(options: { colour?: boolean; timestamps?: boolean } = {}, events = everyEvent): string {
  const sink = createMemorySink();
  const common = { colour: false, timestamps: false, progress: "lines", clock } as const;
  renderAll(createHumanRenderer({ sink, output: plainOutput(sink), ...common, ...options }), events);
  return sink.text();
}

describe("createHumanRenderer", () => {
  it("prints Packer's text UI, then the summary", async () => {
    await expect(human()).toMatchFileSnapshot(golden("human.txt"));
  });

  it("gives each build its colour, errors red, and a header", async () => {
    await expect(human({ colour: true })).toMatchFileSnapshot(golden("human-colour.txt"));
  });

  it("puts an RFC 3339 time before each line but empty ones", () => {
    const lines = human({ timestamps: true }, [{ kind: "say", build: "file.a", text: "one\ntwo" }]).split("\n");
    expect(lines).toEqual(["2026-01-02T03:04:05Z: ==> file.a: one", "2026-01-02T03:04:05Z: ==> file.a: two", ""]);
  });

  it("lists errors and artifacts in template order, whatever finished first", () => {
    const lines = human().split("\n");
    const inOrder = lines.filter((line) => line.startsWith("    file."));
    expect(inOrder).toEqual(["    file.a: succeeded in 16 ms", "    file.b: failed in 1 min 5 s"]);
  });

  it("lets nothing a guest prints reach the terminal but text", () => {
    const hostile = "\u001b[2J\u001b]0;title\u0007red \u001b[31mred\u001b[0m 10%\r100%\u009b1A\u202edone\u0000";
    const shown = human({}, [{ kind: "output", build: "file.a", stream: "stdout", text: hostile }]);
    expect(shown).toBe("==> file.a: 100%done\n");
  });

  it("says nothing about the end of a machine that was held for changes", () => {
    const finished = { build: "qemu.a", outcome: "cancelled", durationMs: 9, steps: [], leftovers: [] } as const;
    const shown = human({}, [
      { kind: "build-finished", ...finished, artifacts: [], error: "a file has changed", held: true },
      { kind: "run-finished", runId: "r", outcome: "cancelled", durationMs: 9, held: true },
    ]);
    expect(shown.trim()).toBe("");
  });

  it("tells of a file once, though a later artifact has it, too", () => {
    const files = [{ path: "out/a", size: 5 }];
    const first = { builderId: "b", id: "", description: "made", files };
    const second = { ...first, description: "added to", files: [...files, { path: "out/a.sum", size: 67 }] };
    const finished = { build: "file.a", outcome: "succeeded", durationMs: 9, steps: [], leftovers: [] } as const;
    const lines = human({}, [
      { kind: "build-finished", ...finished, artifacts: [first, second] },
      { kind: "run-finished", runId: "r", outcome: "succeeded", durationMs: 9 },
    ]).split("\n");
    expect(lines.slice(lines.indexOf("==> Summary") + 2, -1).map((line) => line.trim())).toEqual([
      "artifact  made",
      "file      out/a  5 bytes",
      "artifact  added to",
      "file      out/a.sum  67 bytes",
    ]);
  });

  it("tells of clean-up only where something went wrong", () => {
    const events: BuildEvent[] = [{ kind: "cleanup-started", build: "file.a", what: "port 2222" }];
    expect(human({}, events)).toBe("");
  });
});

describe("createTerminal", () => {
  it("draws what changes below what scrolls, and takes it away", () => {
    const sink = createMemorySink();
    const terminal = createTerminal(sink, () => ({ columns: 12, rows: 24 }));
    terminal.setStatus(["a very long status line"]);
    terminal.print("first");
    terminal.print("second");
    terminal.clear();
    expect(sink.text()).toBe("first\na very long\n\u001b[1F\u001b[Jsecond\na very long\n\u001b[1F\u001b[J");
  });
});

describe("createTerminal with little room", () => {
  it("keeps half of the screen for what scrolls, so that everything else can be erased", () => {
    const sink = createMemorySink();
    const terminal = createTerminal(sink, () => ({ columns: 80, rows: 6 }));
    terminal.setStatus(["a", "b", "c", "d", "e"]);
    terminal.print("text");
    expect(sink.text()).toBe("text\na\nb\n    and 3 more\n");
  });
});

describe("createMachineReadableRenderer", () => {
  it("prints the lines Packer prints", async () => {
    const sink = createMemorySink();
    renderAll(createMachineReadableRenderer(sink), everyEvent);
    await expect(sink.text()).toMatchFileSnapshot(golden("machine-readable.txt"));
  });
});

interface EventSchema {
  readonly properties: object;
  readonly oneOf: readonly { readonly title: string; readonly properties: object }[];
}

describe("createJsonRenderer", () => {
  const sink = createMemorySink();
  renderAll(createJsonRenderer(sink), everyEvent);
  const lines = sink.text().trimEnd().split("\n");
  const schema = JSON.parse(readFileSync("docs/events.v1.schema.json", "utf8")) as EventSchema;
  const validate = new Ajv({
    formats: { uuid: /^[0-9a-f-]{36}$/ },
    allErrors: true,
    strictTypes: false,
    strictRequired: false,
  }).compile(schema);

  it("prints one event a line in the shape of the schema", () => {
    for (const line of lines) {
      expect({ line, valid: validate(JSON.parse(line)), errors: validate.errors }).toMatchObject({ valid: true });
    }
  });

  it("has one of every kind, each with the members that the schema names and no others", () => {
    expect([...new Set(everyEvent.map(({ kind }) => kind))].sort()).toEqual(Object.keys(jsonMembers).sort());
    const printed = lines.map((line) => JSON.parse(line) as { readonly kind: string });
    expect([...new Set(printed.map(({ kind }) => kind))].sort()).toEqual(schema.oneOf.map(({ title }) => title).sort());
    for (const event of printed) {
      const { properties } = schema.oneOf.find(({ title }) => title === event.kind)!;
      const named = Object.keys({ ...schema.properties, ...properties });
      expect(Object.keys(event).filter((name) => !named.includes(name))).toEqual([]);
    }
  });

  it("is refused by the schema where a member has another type", () => {
    expect(validate({ ...(JSON.parse(lines[0]!) as object), builds: "file.a" })).toBe(false);
    expect(validate({ ...(JSON.parse(lines[0]!) as object), version: 2 })).toBe(false);
  });

  it("numbers the events without gaps, and leaves out what is not for programs", () => {
    const events = lines.map((line) => JSON.parse(line) as { sequence: number; kind: string });
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
    expect(events.map(({ kind }) => kind)).not.toContain("raw-output");
    expect(events.map(({ kind }) => kind)).not.toContain("debug");
  });
});

describe("GitHub Actions", () => {
  it("annotates diagnostics at their place, errors and warnings", async () => {
    const sink = createMemorySink();
    renderAll(
      createGithubAnnotations(sink, (name) => name),
      everyEvent,
    );
    await expect(sink.text()).toMatchFileSnapshot(golden("github-annotations.txt"));
  });

  it("takes the meaning from workflow commands in what guests print", () => {
    expect(guardCommands("::set-env name=X::y")).toBe(":\u200b:set-env name=X::y");
    expect(guardCommands("  ::add-path::/tmp")).toBe("  :\u200b:add-path::/tmp");
    expect(guardCommands("x ##[add-path]/tmp")).toBe("x ##\u200b[add-path]/tmp");
    expect(guardCommands("std::string ok")).toBe("std::string ok");
  });

  it("shows each build as one group, though they run side by side", async () => {
    const sink = createMemorySink();
    const renderer = createHumanRenderer({
      sink,
      output: createGroupedOutput(sink, githubGroups),
      colour: false,
      timestamps: false,
      progress: "lines",
      clock,
    });
    renderAll(renderer, everyEvent);
    await renderer.close!();
    await expect(sink.text()).toMatchFileSnapshot(golden("github-groups.txt"));
  });

  it("writes a step summary whose cells cannot break out of the table", async () => {
    const directory = temporaryDirectory();
    const renderer = createGithubStepSummary(join(directory, "summary.md"));
    renderAll(renderer, [
      ...everyEvent.slice(0, -1),
      {
        kind: "build-finished",
        build: "x|<b>`",
        outcome: "failed",
        durationMs: 1,
        error: "a\n| b |",
        artifacts: [],
        steps: [],
        leftovers: [],
      },
      everyEvent.at(-1)!,
    ]);
    await renderer.close!();
    await expect(await readFile(join(directory, "summary.md"), "utf8")).toMatchFileSnapshot(
      golden("github-summary.md"),
    );
  });
});

describe("GitLab CI", () => {
  it("shows each build as a section", async () => {
    const sink = createMemorySink();
    const output = createGroupedOutput(
      sink,
      gitlabSections(() => EVENT_TIME),
    );
    const renderer = createHumanRenderer({ sink, output, colour: false, timestamps: false, progress: "none", clock });
    renderAll(renderer, everyEvent);
    await renderer.close!();
    await expect(sink.text()).toMatchFileSnapshot(golden("gitlab-sections.txt"));
  });
});

describe("createLogFileRenderer", () => {
  it("keeps every byte a guest printed, between lines with times", async () => {
    const directory = temporaryDirectory();
    const renderer = createLogFileRenderer(directory);
    renderAll(renderer, [
      { kind: "say", build: "file.a", text: "before" },
      { kind: "raw-output", build: "file.a", bytes: new Uint8Array([0, 255, 27, 91, 109]) },
      { kind: "output", build: "file.a", stream: "stdout", text: "\u0000", inRaw: true },
      { kind: "output", build: "file.a", stream: "stdout", text: "from the host" },
    ]);
    await renderer.close!();
    const stamp = "2026-01-02T03:04:05.678Z ";
    const log = await readFile(logPathFor(directory, "file.a"), "latin1");
    expect(log).toBe(`${stamp}==> file.a: before\n\u0000\u00ff\u001b[m\n${stamp}==> file.a: from the host\n`);
  });

  it("keeps what is said before the run has its directory, and makes none itself", async () => {
    const place = temporaryDirectory();
    const directory = join(place, "logs");
    const lost: string[] = [];
    const renderer = createLogFileRenderer(directory, (path) => lost.push(path));
    renderAll(renderer, [{ kind: "say", build: "data.http.d", text: "early" }]);
    mkdirSync(directory);
    renderAll(renderer, [{ kind: "say", build: "data.http.d", text: "late" }]);
    await renderer.close!();
    const log = await readFile(logPathFor(directory, "data.http.d"), "utf8");
    expect(log.match(/early|late/g)).toEqual(["early", "late"]);

    const never = createLogFileRenderer(join(place, "never"), (path) => lost.push(path));
    renderAll(never, [{ kind: "say", build: "data.http.d", text: "early" }]);
    await never.close!();
    expect(existsSync(join(place, "never"))).toBe(false);
    expect(lost).toEqual([]);
  });

  it("misses, after a while, a directory that never comes", async () => {
    const lost: string[] = [];
    const renderer = createLogFileRenderer("/nonexistent/logs", (path) => lost.push(path));
    for (let round = 0; round < 1100; round++) renderAll(renderer, [{ kind: "say", build: "file.a", text: "x" }]);
    await vi.waitFor(() => expect(lost).toEqual([logPathFor("/nonexistent/logs", "file.a")]));
    renderAll(renderer, [{ kind: "say", build: "file.a", text: "x" }]);
    await renderer.close!();
  });
});

describe("createMetadataFileRenderer", () => {
  it("writes artifacts, digests and times when the run has finished", async () => {
    const directory = temporaryDirectory();
    const renderer = createMetadataFileRenderer(join(directory, "metadata.json"));
    renderAll(renderer, everyEvent);
    await renderer.close!();
    await expect(await readFile(join(directory, "metadata.json"), "utf8")).toMatchFileSnapshot(golden("metadata.json"));
  });
});
