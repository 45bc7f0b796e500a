import { shellQuote } from "./shell-quote.ts";

/** A line of a shell script: on SIGHUP, SIGINT or SIGTERM the script runs `cleanup` and exits as after SIGTERM. */
export function onStop(cleanup: string): string {
  const handler = shellQuote(`${cleanup}; exit 143`);
  return `trap ${handler} HUP INT TERM`;
}
