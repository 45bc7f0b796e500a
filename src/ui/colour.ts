import type { Host } from "../sdk/host.ts";

/** SGR parameters (ECMA-48 8.3.117) of the text UI, as Packer's: builds take turns, errors are red. */
export const BUILD_COLOURS = ["1;32", "1;36", "1;35", "1;33", "1;34"] as const;
export const ERROR_COLOUR = "1;31";
export const WARNING_COLOUR = "1;33";

export function paint(text: string, colour: string | undefined): string {
  if (colour === undefined || text === "") return text;
  return `\u001b[${colour}m${text}\u001b[0m`;
}

/**
 * Whether to colour what goes to `stream`: `-color=false` says no; then FORCE_COLOR, NO_COLOR (no-color.org),
 * PACKER_NO_COLOR and TERM=dumb decide; otherwise only a terminal gets colours.
 */
export function wantsColour(
  { env }: Pick<Host, "env">,
  stream: { readonly isTTY?: boolean | undefined },
  flag: boolean | undefined,
): boolean {
  if (flag === false) return false;
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  if (env["NO_COLOR"] || env["PACKER_NO_COLOR"] || env["TERM"] === "dumb") return false;
  return stream.isTTY === true;
}
