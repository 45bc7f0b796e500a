import type { Sink } from "./sink.ts";

interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** A terminal with a few lines at its bottom that change (progress bars) below text that scrolls. */
export interface Terminal {
  print(line: string): void;
  /** Replaces the changing lines. Drawn at most ten times a second. */
  setStatus(lines: readonly string[]): void;
  /** Takes the changing lines away. */
  clear(): void;
}

const REDRAW_MS = 100;

export function createTerminal(sink: Sink, size: () => Size): Terminal {
  let status: readonly string[] = [];
  let drawn = 0;
  let timer: NodeJS.Timeout | undefined;

  /** To the first changing line, and everything below it erased (ECMA-48 CPL, ED). */
  const erase = (): string => (drawn === 0 ? "" : `\u001b[${drawn}F\u001b[J`);
  const draw = (text: string): void => {
    const { columns, rows } = size();
    const lines = fitting(status, rows).map((line) => `${line.slice(0, Math.max(1, columns - 1))}\n`);
    sink.write(erase() + text + lines.join(""));
    drawn = lines.length;
  };
  return {
    print: (line) => draw(`${line}\n`),
    setStatus: (lines) => {
      status = lines;
      if (lines.length === 0) return draw("");
      timer ??= setTimeout(() => {
        timer = undefined;
        if (status.length > 0) draw("");
      }, REDRAW_MS);
      timer.unref();
    },
    clear: () => {
      clearTimeout(timer);
      timer = undefined;
      status = [];
      draw("");
    },
  };
}

/** What scrolls keeps at least half of the screen: lines that have left it could not be erased. */
function fitting(lines: readonly string[], rows: number): readonly string[] {
  const most = Math.max(1, Math.floor(rows / 2));
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most - 1), `    and ${lines.length - most + 1} more`];
}
