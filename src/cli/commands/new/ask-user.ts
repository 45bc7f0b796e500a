import { didYouMean } from "../../../lib/did-you-mean.ts";
import type { Host } from "../../../sdk/host.ts";
import { canAsk, createAsk } from "../../prompt.ts";

/** Questions of `imgbuild new`. */
export interface AskUser {
  /** One of the values, each with its meaning; enter is the first. */
  choice(question: string, values: readonly (readonly [value: string, meaning: string])[]): Promise<string>;
  /** A line of text; enter is `byDefault`. */
  line(question: string, byDefault: string): Promise<string>;
}

/** `undefined` where there is no terminal. */
export function askUser(host: Host, signal: AbortSignal): AskUser | undefined {
  if (!canAsk(host)) return undefined;
  const say = (text: string): void => void host.stderr.write(`${text}\n`);
  const ask = createAsk(host, { emit: (event) => void (event.kind === "say" && say(event.text)), quiet: () => {} });
  const answer = async (text: string): Promise<string> => ((await ask({ text }, signal)) ?? "").trim();
  return {
    line: async (question, byDefault) => (await answer(`${question} [${byDefault}]`)) || byDefault,
    choice: async (question, values) => {
      const width = Math.max(...values.map(([value]) => value.length));
      const rows = values.map(([value, meaning], index) => `  ${index + 1}  ${value.padEnd(width)}  ${meaning}`);
      const names = values.map(([value]) => value);
      const text = [question, ...rows, `Number or name [${names[0]}]`].join("\n");
      for (let shown = text; ;) {
        const given = (await answer(shown)) || names[0]!;
        const chosen = names.find((name, index) => given.toLowerCase() === name || given === String(index + 1));
        if (chosen !== undefined) return chosen;
        shown = `"${given}" is none of them.${didYouMean(given, names)} Number or name [${names[0]}]`;
      }
    },
  };
}
