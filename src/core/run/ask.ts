/**
 * Asks the user and returns one of the keys of `choices` (a letter → what it means), without choices the line that was
 * typed, or `undefined` where nobody can answer (no terminal). Rejects when `signal` aborts.
 */
export type Ask = (question: Question, signal: AbortSignal) => Promise<string | undefined>;

interface Question {
  readonly text: string;
  readonly choices?: Readonly<Record<string, string>> | undefined;
  /** What is typed is not shown. */
  readonly hidden?: boolean | undefined;
}

/** Several builds may have a question at once: they are asked one after the other. */
export function oneAtATime(ask: Ask): Ask {
  let last: Promise<unknown> = Promise.resolve();
  return (question, signal) => {
    const turn = last.then(() => ask(question, signal));
    last = turn.catch(() => {});
    return turn;
  };
}
