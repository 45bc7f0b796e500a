import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createRecordingRun } from "../../helper/recording-run.ts";
import { canonicalSoap } from "../../helper/winrm-server/canonical-soap.ts";
import { connectToWinrm, until, winrmServerForTest } from "../../helper/winrm-server/for-test.ts";

/** A recorded session of pywinrm (`test/e2e/winrm-clients.test.ts` records it): the same commands that ours runs here. */
const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../fixture/winrm/pywinrm-session.json"), "utf8"),
) as readonly (readonly string[])[];

const actionOf = (said: readonly string[]) =>
  said
    .find((line) => line.startsWith("/Envelope/Header/Action="))
    ?.split("/")
    .at(-1) ?? "Identify";
const theirs = (action: string) => recorded.find((said) => actionOf(said) === action)!;

/** Where we differ from pywinrm, and why. */
const differences: Readonly<
  Record<string, { readonly theirsOnly?: readonly RegExp[]; readonly oursOnly?: readonly RegExp[] }>
> = {
  // A machine that starts may take long for its first shell. The variable is what the recorded session asked for.
  Create: {
    theirsOnly: [/OperationTimeout=PT20S/, /Variable\[Name=FOO\]=bar/],
    oursOnly: [/OperationTimeout=PT60S/],
  },
  Command: {
    theirsOnly: [/OperationTimeout=PT20S/, /CommandLine\/Command=/],
    oursOnly: [/OperationTimeout=PT60S/, /CommandLine\/Command=/],
  },
  Send: { theirsOnly: [/OperationTimeout=PT20S/], oursOnly: [/OperationTimeout=PT60S/] },
  // By then the server has told how large an answer may be.
  Receive: {},
  Signal: {},
  Delete: {},
};

describe("our SOAP", () => {
  it.each(Object.keys(differences))("differs from pywinrm's in %s only where it should", async (action) => {
    const server = await winrmServerForTest({ maxEnvelopeKb: 150 });
    const run = await createRecordingRun();
    const communicator = await connectToWinrm(run, server);
    await communicator.exec("more", { signal: run.signal, stdin: "line one\r\ntwo\r\n" });
    const controller = new AbortController();
    let begun = false;
    const onStdout = () => void (begun = true);
    const cancelled = communicator.exec("echo begun&sleep 60", { signal: controller.signal, onStdout }).catch(() => {});
    await until(() => begun);
    controller.abort(new Error("enough"));
    await cancelled;
    await communicator.close();
    const said = server.exchanges.map(({ request }) => canonicalSoap(request));
    const ours = said.find((lines) => actionOf(lines) === action)!;
    const { theirsOnly = [], oursOnly = [] } = differences[action]!;
    const unexplained = (lines: readonly string[], others: readonly string[], known: readonly RegExp[]) =>
      lines.filter((line) => !others.includes(line) && !known.some((pattern) => pattern.test(line)));
    expect(unexplained(theirs(action), ours, theirsOnly)).toEqual([]);
    expect(unexplained(ours, theirs(action), oursOnly)).toEqual([]);
  });
});
