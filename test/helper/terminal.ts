import { spawn } from "node:child_process";
import { onTestFinished } from "vitest";
import { imgbuildCommand, type Workplace } from "./imgbuild.ts";

/** A program at a terminal of its own (a pseudo terminal made by `script`, of Debian's bsdutils). */
export interface Terminal {
  /** Everything that was shown, without colours and cursor movements. What is typed is echoed by the terminal. */
  screen(): string;
  /** Resolves when the text is on the screen, after everything an earlier call has found. Rejects when the command ends before. */
  until(text: string): Promise<void>;
  /** Keys as the terminal sends them: `\r` is enter, `\t` tab, `\u0004` Ctrl-D, `\u001b[A` the up arrow. */
  type(keys: string): void;
  readonly finished: Promise<{ readonly code: number | null }>;
}

/** Call inside a test. */
export const startAtTerminal = (place: Workplace, ...args: readonly string[]): Terminal =>
  startProgramAtTerminal(place, ...imgbuildCommand, ...args);

/** Call inside a test. */
export function startProgramAtTerminal(
  { directory, env }: Pick<Workplace, "directory" | "env">,
  ...command: readonly string[]
): Terminal {
  const words = command.map((word) => `'${word}'`).join(" ");
  const child = spawn("script", ["-qefc", words, "/dev/null"], {
    cwd: directory,
    env: { ...env, TERM: "xterm", NO_COLOR: "1", SHELL: "/bin/sh" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let shown = "";
  let seen = 0;
  let isOver = false;
  let wake = (): void => {};
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    shown += chunk;
    wake();
  });
  const finished = new Promise<{ code: number | null }>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      isOver = true;
      wake();
      resolve({ code });
    });
  });
  const screen = (): string => shown.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "").replaceAll("\r\n", "\n");
  return {
    screen,
    until: async (text) => {
      for (;;) {
        const at = screen().indexOf(text, seen);
        if (at >= 0) return void (seen = at + text.length);
        if (isOver) throw new Error(`${command[0]} ended before it showed "${text}":\n${screen()}`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    type: (keys) => void child.stdin.write(keys),
    finished,
  };
}
