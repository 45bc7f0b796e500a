import { shellQuote } from "./shell-quote.ts";

/** A line of a shell script: told to stop (by SIGHUP, SIGINT or SIGTERM), the script runs `cleanup` and ends as SIGTERM ends. */
export function onStop(cleanup: string): string {
  const handler = shellQuote(`${cleanup}; exit 143`);
  return `trap ${handler} HUP INT TERM`;
}
