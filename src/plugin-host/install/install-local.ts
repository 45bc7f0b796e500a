import { stat } from "node:fs/promises";
import { readPieces } from "../../lib/read-pieces.ts";
import { versionParts } from "../../lib/version-constraint.ts";
import { BuildError } from "../../sdk/error.ts";
import type { Description } from "../installed/description.ts";
import { placeBinary, UnfitBinary, type PlaceOptions, type PlacedBinary } from "./place-binary.ts";

/** Installs a binary that lies on this machine. Development builds are welcome. Rejects with a `BuildError`. */
export async function installLocal(path: string, options: Omit<PlaceOptions, "problemOf">): Promise<PlacedBinary> {
  const stats = await stat(path).catch((cause: unknown) => {
    throw new BuildError(`There is no file ${path}`, { cause });
  });
  if (!stats.isFile()) throw new BuildError(`${path} is no file`, { hint: "Name the plugin's binary itself." });
  try {
    return await placeBinary(readPieces(path, { signal: options.signal }), { ...options, problemOf: problemOfVersion });
  } catch (error) {
    if (error instanceof UnfitBinary) throw new BuildError(`${path} cannot be installed`, { hint: error.message });
    throw error;
  }
}

function problemOfVersion({ version }: Description): string | undefined {
  const parts = versionParts(version);
  const isVersion = parts?.segments.length === 3 && (parts.preRelease === "" || parts.preRelease === "dev");
  return isVersion ? undefined : `Its version is "${version}"; it must be like 1.2.3 or 1.2.3-dev.`;
}
