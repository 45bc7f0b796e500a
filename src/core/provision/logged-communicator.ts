import { errorText } from "../../lib/error-text.ts";
import type { Communicator } from "../../sdk/communicator.ts";
import type { Run } from "../../sdk/run.ts";

/**
 * The communicator with a line in the log for each command in the guest and each copy: how it ended and how long it
 * took.
 */
export function loggedCommunicator(inner: Communicator, run: Pick<Run, "debug" | "host">): Communicator {
  const logged = async <Result>(
    topic: "guest command" | "copy",
    text: string,
    body: () => Promise<Result>,
    describe: (result: Result) => object = () => ({}),
  ): Promise<Result> => {
    const started = run.host.clock.monotonic();
    const log = (result: object): void =>
      run.debug(topic, text, { ...result, durationMs: Math.round(run.host.clock.monotonic() - started) });
    try {
      const result = await body();
      log(describe(result));
      return result;
    } catch (error) {
      log({ error: errorText(error) });
      throw error;
    }
  };
  return {
    get address() {
      return inner.address;
    },
    get shell() {
      return inner.shell;
    },
    get terminal() {
      return inner.terminal;
    },
    exec: (command, options) =>
      logged(
        "guest command",
        command,
        () => inner.exec(command, options),
        ({ kind: _, ...ended }) => ended,
      ),
    upload: (source, path, options) =>
      logged("copy", `to the guest's ${path}`, () => inner.upload(source, path, options)),
    uploadDir: (from, to, options) =>
      logged("copy", `${from} to the guest's ${to}`, () => inner.uploadDir(from, to, options)),
    download: (path, to, options) => logged("copy", `the guest's ${path}`, () => inner.download(path, to, options)),
    downloadDir: (from, to, options) =>
      logged("copy", `the guest's ${from} to ${to}`, () => inner.downloadDir(from, to, options)),
    ...(inner.disconnect && { disconnect: (options) => inner.disconnect!(options) }),
    close: () => inner.close(),
  };
}
