import type { ArtifactSummary, BuildEvent, Speaker } from "../sdk/event.ts";
import { describeBytes } from "../lib/bytes.ts";
import { dispatch, type EventTable, type StampedEvent } from "./renderer.ts";
import { shortDuration, wordyDuration } from "./words.ts";

/** A line of Packer's text UI, as far as it does not depend on where it is shown. */
export interface TextLine {
  readonly level: "header" | "say" | "warning" | "error" | "detail";
  /** The build whose colour the line has. */
  readonly build: string | undefined;
  /** `==> NAME: `, where the line is one of a build. */
  readonly prefix: string;
  /** Unsafe for a terminal: may be what a guest printed. Without line ends. */
  readonly text: string;
}

export type BuildFinished = Extract<BuildEvent, { kind: "build-finished" }>;
type RunFinished = Extract<BuildEvent, { kind: "run-finished" }>;

export interface PackerText {
  lines(event: StampedEvent): readonly TextLine[];
  /** Finished builds in template order. */
  finished(): readonly BuildFinished[];
}

/**
 * Events → the lines Packer prints for them: one `==> NAME: ` prefix for all, `NAME (TYPE)` while a post-processor runs,
 * the lists of errors and artifacts at the end. Clean-up is told of only where something went wrong.
 */
export function createPackerText(): PackerText {
  const state = new TextState();
  return { lines: (event) => dispatch(state.table, event), finished: () => state.finishedInOrder() };
}

class TextState {
  #builds: readonly string[] = [];
  readonly #finished = new Map<string, BuildFinished>();
  readonly #troubled = new Set<string>();

  readonly table: EventTable<readonly TextLine[]> = {
    "run-started": ({ builds }) => {
      this.#builds = builds;
      return builds.map(
        (build) => ({ level: "header", build, prefix: "", text: `${build}: output will be in this color.` }) as const,
      );
    },
    "build-started": () => [],
    "step-started": () => [],
    "step-finished": ({ build, outcome }) => {
      if (outcome !== "succeeded") this.#troubled.add(build);
      return [];
    },
    "cleanup-started": ({ build, what }) => (this.#troubled.has(build) ? say({ build }, `Cleaning up: ${what}`) : []),
    "cleanup-failed": ({ build, what, message, manualCommand }) => [
      ...prefixed("error", { build }, `Could not clean up: ${what}: ${message}`),
      ...(manualCommand === undefined ? [] : prefixed("detail", { build }, `Remove it with:\n    ${manualCommand}`)),
    ],
    say: (event) => say(event, event.text),
    warning: (event) => prefixed("warning", event, `Warning: ${event.text}`),
    error: (event) => {
      if (event.build !== undefined) this.#troubled.add(event.build);
      const hint = event.hint === undefined ? [] : prefixed("detail", event, event.hint);
      return [...prefixed("error", event, event.text), ...hint];
    },
    waiting: ({ build, what, elapsedMs, limitMs }) => {
      const limit = limitMs === undefined ? "" : `, limit ${shortDuration(limitMs)}`;
      return say({ build }, `Still waiting for ${what} (${shortDuration(elapsedMs)}${limit})`);
    },
    output: (event) => prefixed(event.stream === "stderr" ? "error" : "say", event, event.text),
    progress: () => [],
    "post-processor-started": ({ build, type, name }) =>
      say(
        { build, postProcessor: type },
        `Running post-processor: ${name === undefined ? type : `${name} (type ${type})`}`,
      ),
    artifact: () => [],
    "build-finished": (event) => {
      this.#finished.set(event.build, event);
      return buildFinishedLines(event);
    },
    "run-finished": (event) => runFinishedLines(event, this.finishedInOrder()),
    diagnostic: () => [],
    "raw-output": () => [],
    debug: () => [],
  };

  finishedInOrder(): readonly BuildFinished[] {
    const known = this.#builds.flatMap((build) => this.#finished.get(build) ?? []);
    return [...known, ...[...this.#finished.values()].filter((event) => !this.#builds.includes(event.build))];
  }
}

const say = (speaker: Speaker, text: string): readonly TextLine[] => prefixed("say", speaker, text);

function prefixed(level: TextLine["level"], { build, postProcessor }: Speaker, text: string): readonly TextLine[] {
  const type = postProcessor === undefined ? "" : ` (${postProcessor})`;
  const prefix = build === undefined ? "" : `==> ${build}${type}: `;
  return text.split("\n").map((line) => ({ level, build, prefix, text: line }));
}

function buildFinishedLines({ build, outcome, durationMs, error }: BuildFinished): readonly TextLine[] {
  const duration = wordyDuration(durationMs);
  if (outcome === "succeeded") return plain("say", `Build '${build}' finished after ${duration}.`, build);
  const why = error === undefined ? "." : `: ${error}`;
  return plain(
    "error",
    `Build '${build}' ${outcome === "failed" ? "errored" : "was cancelled"} after ${duration}${why}`,
    build,
  );
}

function plain(level: TextLine["level"], text: string, build?: string): readonly TextLine[] {
  return text.split("\n").map((line) => ({ level, build, prefix: "", text: line }));
}

function runFinishedLines({ durationMs }: RunFinished, builds: readonly BuildFinished[]): readonly TextLine[] {
  return runResults(durationMs, builds).flatMap(({ level, text }) => plain(level, text));
}

/** What is said at the end of a run; `build` and `part` say what a line is about. */
export interface ResultLine {
  readonly level: "say" | "error";
  readonly text: string;
  readonly part: "wait" | "errors" | "error" | "artifacts" | "artifact";
  readonly build?: BuildFinished | undefined;
  readonly artifact?: number | undefined;
}

export function runResults(durationMs: number, builds: readonly BuildFinished[]): readonly ResultLine[] {
  const unsuccessful = builds.filter((build) => build.outcome !== "succeeded");
  const withArtifacts = builds.filter((build) => build.outcome === "succeeded" || build.artifacts.length > 0);
  const results: ResultLine[] = [
    { level: "say", part: "wait", text: `\n==> Wait completed after ${wordyDuration(durationMs)}` },
  ];
  if (unsuccessful.length > 0) {
    results.push({
      level: "error",
      part: "errors",
      text: "\n==> Some builds didn't complete successfully and had errors:",
    });
    for (const build of unsuccessful) {
      results.push({
        level: "error",
        part: "error",
        build,
        text: `--> ${build.build}: ${build.error ?? build.outcome}`,
      });
    }
  }
  const header =
    withArtifacts.length === 0
      ? "\n==> Builds finished but no artifacts were created."
      : "\n==> Builds finished. The artifacts of successful builds are:";
  return [...results, { level: "say", part: "artifacts", text: header }, ...withArtifacts.flatMap(artifactResults)];
}

function artifactResults(build: BuildFinished): readonly ResultLine[] {
  const line = (text: string, artifact?: number): ResultLine => ({
    level: "say",
    part: "artifact",
    build,
    artifact,
    text: `--> ${build.build}: ${text}`,
  });
  return build.artifacts.length === 0
    ? [line("<nothing>")]
    : build.artifacts.map(({ description }, index) => line(description, index));
}

export interface ArtifactFacts {
  readonly description: string;
  /** What is to be told of its files, one text each. */
  readonly files: readonly string[];
}

/** For the summary. An artifact that adds to another names the files of that one, too: each is told once. */
export function artifactFacts({ artifacts }: Pick<BuildFinished, "artifacts">): readonly ArtifactFacts[] {
  const told = new Set<string>();
  return artifacts.map(({ description, files }) => {
    const facts = files.map(fileFacts).filter((text) => !told.has(text));
    facts.forEach((text) => told.add(text));
    return { description: description.replaceAll("\n", " "), files: facts };
  });
}

/** `out/disk.qcow2  1.2 GiB  sha256:ab…` */
function fileFacts({ path, size, sha256 }: ArtifactSummary["files"][number]): string {
  return [path, describeBytes(size), ...(sha256 === undefined ? [] : [`sha256:${sha256}`])].join("  ");
}
