import type { StandInOptions } from "./powershell-stand-in.ts";

/** What our own programs ask of a machine, beyond moving files. */
export function guestPrograms(_machine: { readonly uptime: () => number }): StandInOptions["programs"] {
  return {};
}
