import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { ensureDirectory } from "../../../lib/ensure-directory.ts";
import { writeFileAtomic } from "../../../lib/atomic-file.ts";
import { give, type ConsoleOutput } from "./piped.ts";
import type { ConsoleEngine } from "./engine.ts";

export interface InteractiveOptions {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly engine: ConsoleEngine;
  readonly output: ConsoleOutput;
  readonly historyFile: string;
  readonly signal: AbortSignal;
}

const PROMPT = "> ";
const CONTINUATION = ". ";
const LONGEST_HISTORY = 1_000;

/** Asks until `exit` or Ctrl-D. Ctrl-C drops what was typed so far. History is kept for the next time. */
export async function runInteractive(options: InteractiveOptions): Promise<void> {
  const terminal = await openTerminal(options);
  const { engine, output, signal } = options;
  let pending: readonly string[] = [];
  terminal.on("SIGINT", () => {
    if (pending.length === 0 && terminal.line === "") output.value('To leave, type "exit" or press Ctrl-D.');
    pending = [];
    dropLine(terminal, options.stdout);
    ask(terminal, PROMPT);
  });
  ask(terminal, PROMPT);
  for await (const line of terminal) {
    pending = [...pending, line];
    const text = pending.join("\n");
    // An empty line gives up on what is still open.
    const isLast = line === "";
    const result = await engine.answer(isLast ? text.trimEnd() : `${text}\n`, signal);
    if (result.kind === "exit") break;
    if (result.kind === "incomplete" && !isLast) {
      ask(terminal, CONTINUATION);
      continue;
    }
    give(result, output);
    pending = [];
    ask(terminal, PROMPT);
  }
  terminal.close();
  await saveHistory(options.historyFile, terminal);
}

async function openTerminal({ stdin, stdout, engine, historyFile }: InteractiveOptions): Promise<Interface> {
  return createInterface({
    input: stdin,
    output: stdout,
    prompt: PROMPT,
    history: await readHistory(historyFile),
    historySize: LONGEST_HISTORY,
    removeHistoryDuplicates: true,
    completer: (line: string) => engine.complete(line),
  });
}

function ask(terminal: Interface, prompt: string): void {
  terminal.setPrompt(prompt);
  terminal.prompt();
}

/** readline can do so only by typing Ctrl-U (before the cursor) and Ctrl-K (after it). */
function dropLine(terminal: Interface, stdout: NodeJS.WriteStream): void {
  terminal.write(null, { ctrl: true, name: "u" });
  terminal.write(null, { ctrl: true, name: "k" });
  stdout.write("\n");
}

async function readHistory(file: string): Promise<string[]> {
  try {
    return (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");
  } catch {
    return [];
  }
}

/** Readable for the user only, as a line may hold a secret. Losing the history is no reason to fail. */
async function saveHistory(file: string, terminal: Interface): Promise<void> {
  const { history } = terminal as Interface & { readonly history: readonly string[] };
  try {
    await ensureDirectory(dirname(file), 0o700);
    await writeFileAtomic(file, `${history.join("\n")}\n`, { mode: 0o600 });
  } catch {
    // A read-only home directory, say.
  }
}
