import { shellCommand } from "../../../../lib/shell-quote.ts";
import type { Format } from "./format.ts";

/** The plain commands for a POSIX shell, each after those it waits for. */
export const formatShell: Format = (units) =>
  units
    .toSorted((one, other) => one.stage - other.stage)
    .map(({ command }) => `${shellCommand(command)}\n`)
    .join("");
