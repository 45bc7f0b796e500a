import { errorText } from "../../lib/error-text.ts";
import type { Communicator } from "../../sdk/communicator.ts";
import type { Run } from "../../sdk/run.ts";

/** The communicator with a line in the log for each command in the guest and each copy: how it ended and how long it took. */
export function loggedCommunicator(inner: Communicator, run: Pick<Run, "debug" | "host">): Communicator {
  const copy = (text: string, body: () => Promise<void>): Promise<void> =>
    logged(run, { topic: "copy", text, body, describe: () => ({}) });
  return {
    get address() {
      return inner.address;
    },
    get shell() {
      return inner.shell;
    },
    get foreignShell() {
      return inner.foreignShell;
    },
    get terminal() {
      return inner.terminal;
    },
    exec: (command, options) =>
      logged(run, {
        topic: "guest command",
        text: command,
        body: () => inner.exec(command, options),
        describe: ({ kind: _, ...ended }) => ended,
      }),
    upload: (source, path, options) => copy(`to the guest's ${path}`, () => inner.upload(source, path, options)),
    uploadDir: (from, to, options) => copy(`${from} to the guest's ${to}`, () => inner.uploadDir(from, to, options)),
    download: (path, to, options) => copy(`the guest's ${path}`, () => inner.download(path, to, options)),
    downloadDir: (from, to, options) =>
      copy(`the guest's ${from} to ${to}`, () => inner.downloadDir(from, to, options)),
    ...(inner.disconnect && { disconnect: (options) => inner.disconnect!(options) }),
    close: () => inner.close(),
  };
}

interface LoggedCall<Result> {
  readonly topic: "guest command" | "copy";
  readonly text: string;
  readonly body: () => Promise<Result>;
  /** What the log says of how it ended. */
  readonly describe: (result: Result) => object;
}

async function logged<Result>(
  run: Pick<Run, "debug" | "host">,
  { topic, text, body, describe }: LoggedCall<Result>,
): Promise<Result> {
  const { clock } = run.host;
  const started = clock.monotonic();
  const log = (result: object): void =>
    run.debug(topic, text, { ...result, durationMs: Math.round(clock.monotonic() - started) });
  try {
    const result = await body();
    log(describe(result));
    return result;
  } catch (error) {
    log({ error: errorText(error) });
    throw error;
  }
}
