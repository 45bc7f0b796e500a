import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { oneAtATime, type Ask } from "../core/run/ask.ts";
import type { Host } from "../sdk/host.ts";
import { kill } from "../lib/this-process.ts";
import type { Pipeline } from "../ui/pipeline.ts";

/** Whether there is a terminal to ask at: nothing ever waits for an answer that cannot come. */
export const canAsk = ({ stdin }: Host): boolean => stdin.isTTY === true;

/** Questions on the terminal. */
export function createAsk(host: Host, { emit, quiet }: Pick<Pipeline, "emit" | "quiet">): Ask {
  const say = (text: string) => emit({ kind: "say", text });
  const ask: Ask = async ({ text, choices, hidden }, signal) => {
    if (choices !== undefined) return askForKey({ text, choices }, say, () => readLine(host, signal));
    // Echoing is turned off before the question appears.
    const line = readLine(host, signal, hidden);
    say(text);
    return line;
  };
  return oneAtATime(async (question, signal) => {
    if (!canAsk(host)) return undefined;
    quiet(true);
    try {
      return await ask(question, signal);
    } finally {
      quiet(false);
    }
  });
}

interface Choice {
  readonly text: string;
  /** A letter → what it means; "" is the enter key. */
  readonly choices: Readonly<Record<string, string>>;
}

async function askForKey(
  { text, choices }: Choice,
  say: (text: string) => void,
  read: () => Promise<string>,
): Promise<string> {
  const { "": enter, ...letters } = choices;
  const listed = Object.entries(letters).map(([key, meaning]) => `[${key}] ${meaning}`);
  if (listed.length === 0) {
    // Below a command that may be copied, on a line of its own.
    const gap = text.includes("\n") ? "\n" : " ";
    say(`${text}${gap}Press enter to ${enter}.`);
    return firstLetter(await read());
  }
  say(`${text}\n${listed.join(", ")}`);
  const keys = Object.keys(choices);
  for (;;) {
    const answer = firstLetter(await read());
    if (keys.includes(answer)) return answer;
    say(`Please answer ${keys.join(", ")}.`);
  }
}

const firstLetter = (line: string): string => line.trim().toLowerCase().slice(0, 1);

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
