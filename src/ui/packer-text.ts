import type { ArtifactSummary, BuildEvent, FailedStep, Speaker } from "../sdk/event.ts";
import { describeBytes } from "../lib/bytes.ts";
import { dispatch, type EventTable, type StampedEvent } from "./renderer.ts";
import { shortDuration, wordyDuration } from "./words.ts";

/** A line of Packer's text UI, as far as it does not depend on where it is shown. */
export interface TextLine {
  readonly level: "header" | "say" | "warning" | "error" | "detail";
  /** The build whose colour the line has. */
  readonly build: string | undefined;
  /** A command printed it. */
  readonly isPrinted?: boolean;
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

export interface PackerTextOptions {
  /** What the user has read in a question is not said again. */
  readonly isAsking?: boolean;
}

/**
 * Events → the lines Packer prints for them: one `==> NAME: ` prefix for all, `NAME (TYPE)` while a post-processor
 * runs, the lists of errors and artifacts at the end. Clean-up is mentioned only where something went wrong.
 */
export function createPackerText(options: PackerTextOptions = {}): PackerText {
  const state = new TextState(options);
  return { lines: (event) => dispatch(state.table, event), finished: () => state.finishedInOrder() };
}

class TextState {
  readonly #isAsking: boolean;
  #builds: readonly string[] = [];
  readonly #finished = new Map<string, BuildFinished>();
  readonly #troubled = new Set<string>();

  constructor({ isAsking = false }: PackerTextOptions) {
    this.#isAsking = isAsking;
  }

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
    "cleanup-started": ({ build, what }) => {
      if (!this.#troubled.has(build)) return [];
      return say({ build }, `Cleaning up: ${what}`);
    },
    "cleanup-failed": ({ build, what, message, manualCommand }) => [
      ...prefixed("error", { build }, `Could not clean up: ${what}: ${message}`),
      ...detail({ build }, manualCommand && `Remove it with:\n    ${manualCommand}`),
    ],
    say: (event) => say(event, event.text),
    warning: (event) => prefixed("warning", event, `Warning: ${event.text}`),
    error: (event) => {
      if (event.build !== undefined) this.#troubled.add(event.build);
      if (event.asked && this.#isAsking) return detail(event, waysOnLines(event.step).join("\n") || undefined);
      return [...prefixed("error", event, event.text), ...detail(event, event.hint), ...stepLines(event)];
    },
    waiting: ({ build, what, elapsedMs, limitMs }) => {
      // It has only begun, and what began has been said.
      if (elapsedMs < 1000) return [];
      const limit = limitMs === undefined ? "" : `, limit ${shortDuration(limitMs)}`;
      return say({ build }, `Still waiting for ${what} (${shortDuration(elapsedMs)}${limit})`);
    },
    output: (event) =>
      prefixed(STREAM_LEVELS[event.stream], event, event.text).map((line) => ({ ...line, isPrinted: true })),
    progress: () => [],
    "post-processor-started": ({ build, type, name }) => {
      const label = name === undefined ? type : `${name} (type ${type})`;
      return say({ build, postProcessor: type }, `Running post-processor: ${label}`);
    },
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

/** Where the step stands in the template, and how to see it fail again. */
function stepLines({ step, ...speaker }: Extract<BuildEvent, { kind: "error" }>): readonly TextLine[] {
  if (!step) return [];
  const lines = [...placeLines(step), ...waysOnLines(step)];
  return detail(speaker, lines.join("\n") || undefined);
}

function waysOnLines(step: FailedStep | undefined): readonly string[] {
  const lines: string[] = [];
  if (step?.again !== undefined) lines.push("To run it again:", `    ${step.again}`);
  if (step?.logPath !== undefined) lines.push(`The log is ${step.logPath}`);
  return lines;
}

function placeLines({ what, number, total, file, line, block, code }: FailedStep): readonly string[] {
  const count = number === undefined || total === undefined ? "" : `, ${number} of ${total}`;
  if (file === undefined || line === undefined) return [`This was the ${what}${count}.`];
  const within = block === undefined ? "" : `, in ${block}`;
  return [`on ${file} line ${line}${within} (${what}${count}):`, `    ${line} | ${code ?? ""}`];
}

/** Packer shows what commands print to stderr as errors. */
const STREAM_LEVELS = { stdout: "say", stderr: "error" } as const;

const say = (speaker: Speaker, text: string): readonly TextLine[] => prefixed("say", speaker, text);

function detail(speaker: Speaker, text: string | undefined): readonly TextLine[] {
  return text === undefined ? [] : prefixed("detail", speaker, text);
}

function prefixed(level: TextLine["level"], speaker: Speaker, text: string): readonly TextLine[] {
  const { build } = speaker;
  const prefix = prefixOf(speaker);
  return text.split("\n").map((line) => ({ level, build, prefix, text: line }));
}

/** `==> NAME: `, `==> NAME (TYPE): `, or nothing for the run as a whole. */
export function prefixOf({ build, postProcessor }: Speaker): string {
  if (build === undefined) return "";
  return postProcessor === undefined ? `==> ${build}: ` : `==> ${build} (${postProcessor}): `;
}

function buildFinishedLines({ build, outcome, durationMs, error, held }: BuildFinished): readonly TextLine[] {
  // That a machine that was held is gone is what its user asked for; why one failed was said.
  if (held) return [];
  const ended = `Build '${build}' ${OUTCOME_VERBS[outcome]} after ${wordyDuration(durationMs)}`;
  if (outcome === "succeeded") return plain("say", `${ended}.`, build);
  return plain("error", error === undefined ? `${ended}.` : `${ended}: ${error}`, build);
}

const OUTCOME_VERBS = { succeeded: "finished", failed: "errored", cancelled: "was cancelled" } as const;

function plain(level: TextLine["level"], text: string, build?: string): readonly TextLine[] {
  return text.split("\n").map((line) => ({ level, build, prefix: "", text: line }));
}

function runFinishedLines({ durationMs, held }: RunFinished, builds: readonly BuildFinished[]): readonly TextLine[] {
  if (held) return [];
  return runResults(durationMs, builds).flatMap(({ level, text }) => plain(level, text));
}

/** A line at the end of a run; `build` and `part` tell what it is about. */
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
  const wait = `\n==> Wait completed after ${wordyDuration(durationMs)}`;
  return [
    { level: "say", part: "wait", text: wait },
    ...errorResults(unsuccessful),
    { level: "say", part: "artifacts", text: withArtifacts.length === 0 ? NO_ARTIFACTS : ARTIFACTS },
    ...withArtifacts.flatMap(artifactResults),
  ];
}

const NO_ARTIFACTS = "\n==> Builds finished but no artifacts were created.";
const ARTIFACTS = "\n==> Builds finished. The artifacts of successful builds are:";
const ERRORS = "\n==> Some builds didn't complete successfully and had errors:";

function errorResults(unsuccessful: readonly BuildFinished[]): readonly ResultLine[] {
  if (unsuccessful.length === 0) return [];
  const lines = unsuccessful.map((build): ResultLine => {
    const text = `--> ${build.build}: ${build.error ?? build.outcome}`;
    return { level: "error", part: "error", build, text };
  });
  return [{ level: "error", part: "errors", text: ERRORS }, ...lines];
}

function artifactResults(build: BuildFinished): readonly ResultLine[] {
  const line = (text: string, artifact?: number): ResultLine => ({
    level: "say",
    part: "artifact",
    build,
    artifact,
    text: `--> ${build.build}: ${text}`,
  });
  if (build.artifacts.length === 0) return [line("<nothing>")];
  return build.artifacts.map(({ description }, index) => line(description, index));
}

export interface ArtifactFacts {
  readonly description: string;
  /** Path, size and digest of each file. */
  readonly files: readonly string[];
}

/** For the summary. An artifact that adds to another names the files of that one, too: each is listed once. */
export function artifactFacts({ artifacts }: Pick<BuildFinished, "artifacts">): readonly ArtifactFacts[] {
  const listed = new Set<string>();
  return artifacts.map(({ description, files }) => {
    const facts = files.map(fileFacts).filter((text) => !listed.has(text));
    facts.forEach((text) => listed.add(text));
    return { description: description.replaceAll("\n", " "), files: facts };
  });
}

/** `out/disk.qcow2  1.2 GiB  sha256:ab…` */
function fileFacts({ path, size, sha256 }: ArtifactSummary["files"][number]): string {
  const facts = [path, describeBytes(size)];
  if (sha256 !== undefined) facts.push(`sha256:${sha256}`);
  return facts.join("  ");
}
