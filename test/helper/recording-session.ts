import { homedir } from "node:os";
import type { Ask } from "../../src/core/run/ask.ts";
import type { Session } from "../../src/core/run/session.ts";
import type { BuildEvent } from "../../src/sdk/event.ts";
import type { Clock, Host } from "../../src/sdk/host.ts";
import type { JournalEntry, Resource } from "../../src/sdk/journal.ts";
import type { RunDirectories, RunOptions } from "../../src/sdk/run.ts";

/** A session of builds that remembers everything: what was emitted, journaled, asked and called secret. */
export interface RecordingSession {
  readonly session: Session;
  readonly events: readonly BuildEvent[];
  readonly secrets: readonly string[];
  readonly journal: readonly RecordedResource[];
  /** The texts of the questions. */
  readonly asked: readonly string[];
  /** Ends the session, as Ctrl-C does. */
  readonly controller: AbortController;
}

interface RecordedResource {
  readonly resource: Resource;
  readonly updates: readonly Readonly<Record<string, unknown>>[];
  readonly struck: boolean;
}

export interface RecordingSessionOptions {
  readonly directories: RunDirectories;
  readonly options?: Partial<RunOptions> | undefined;
  readonly env?: Host["env"] | undefined;
  readonly clock?: Clock | undefined;
  /** Answers to questions, in order, then `c`. Absent: nobody is there to answer. */
  readonly answers?: readonly string[] | undefined;
}

export function createRecordingSession(given: RecordingSessionOptions): RecordingSession {
  const events: BuildEvent[] = [];
  const secrets: string[] = [];
  const journal: RecordedResource[] = [];
  const asked: string[] = [];
  const controller = new AbortController();
  const session: Session = {
    runId: "11111111-2222-4333-8444-555555555555",
    host: testHost(given),
    options: { force: false, debug: false, onError: "cleanup", ...given.options },
    directories: given.directories,
    journal: { record: (resource) => Promise.resolve(recordIn(journal, resource)) },
    emit: (event) => void events.push(event),
    secret: (value) => void secrets.push(value),
    redact: (text) => secrets.reduce((masked, secret) => masked.replaceAll(secret, "<sensitive>"), text),
    ready: () => Promise.resolve(),
    ask: answering(given.answers, asked),
    signal: controller.signal,
    cleanupSignal: new AbortController().signal,
    describeResource: ({ kind, id }) => Promise.resolve({ description: `${kind} ${id}` }),
  };
  return { session, events, secrets, journal, asked, controller };
}

function recordIn(journal: RecordedResource[], resource: Resource): JournalEntry {
  const recorded = { resource, updates: [] as Readonly<Record<string, unknown>>[], struck: false };
  journal.push(recorded);
  return {
    update: (details) => Promise.resolve(void recorded.updates.push(details)),
    strike: () => Promise.resolve(void (recorded.struck = true)),
  };
}

function answering(answers: readonly string[] | undefined, asked: string[]): Ask {
  if (answers === undefined) return () => Promise.resolve(undefined);
  const left = [...answers];
  return (question) => {
    asked.push(question.text);
    return Promise.resolve(left.shift() ?? "c");
  };
}

function testHost({ directories, env, clock }: RecordingSessionOptions): Host {
  return {
    env: env ?? { PATH: process.env["PATH"], HOME: homedir() },
    cwd: directories.work,
    platform: process.platform,
    homeDir: homedir(),
    clock: clock ?? { now: () => Date.now(), monotonic: () => performance.now() },
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    pid: process.pid,
  };
}
