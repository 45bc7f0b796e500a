import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { oneAtATime, type Ask } from "../core/run/ask.ts";
import type { Emit } from "../sdk/event.ts";
import type { Host } from "../sdk/host.ts";
import { kill } from "../lib/this-process.ts";

/** Whether there is a terminal to ask at: nothing ever waits for an answer nobody gives. */
export const canAsk = ({ stdin }: Host): boolean => stdin.isTTY === true;

/** Questions on the terminal. */
export function createAsk(host: Host, emit: Emit): Ask {
  return oneAtATime(async ({ text, choices, hidden }, signal) => {
    if (!canAsk(host)) return undefined;
    if (choices === undefined) {
      // The terminal is made silent first.
      const line = readLine(host, signal, hidden);
      emit({ kind: "say", text });
      return line;
    }
    const keys = Object.keys(choices);
    const listed = keys.filter((key) => key !== "").map((key) => `[${key}] ${choices[key]}`);
    emit({
      kind: "say",
      text: listed.length === 0 ? `${text} Press enter to ${choices[""]}.` : `${text}\n${listed.join(", ")}`,
    });
    for (;;) {
      const answer = (await readLine(host, signal)).trim().toLowerCase().slice(0, 1);
      if (keys.includes(answer) || listed.length === 0) return answer;
      emit({ kind: "say", text: `Please answer ${keys.join(", ")}.` });
    }
  });
}

/** One line of standard input. Rejects at its end, and with the abort reason. */
function readLine({ stdin, pid }: Host, signal: AbortSignal, hidden = false): Promise<string> {
  return new Promise((resolve, reject) => {
    // A terminal that readline edits shows only what readline writes: nothing.
    const reader = createInterface(hidden ? { input: stdin, output: nowhere(), terminal: true } : { input: stdin });
    // Such a terminal sends Ctrl-C as a character.
    if (hidden) reader.on("SIGINT", () => kill(pid, "SIGINT"));
    const stop = (settle: () => void): void => {
      signal.removeEventListener("abort", onAbort);
      reader.removeAllListeners();
      reader.close();
      settle();
    };
    const onAbort = (): void => stop(() => reject(signal.reason as Error));
    signal.addEventListener("abort", onAbort, { once: true });
    reader.once("line", (line) => stop(() => resolve(line)));
    reader.once("close", () => stop(() => reject(new Error("standard input ended"))));
  });
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
