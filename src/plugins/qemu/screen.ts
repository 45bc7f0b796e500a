import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { QmpClient } from "./qmp.ts";
import { encodePng } from "../../lib/png.ts";
import { parsePpm } from "./ppm.ts";

/** The screen of a QEMU machine as PNG. QEMU writes the file itself, so `directory` must be one it can write to. */
export async function screenshot(
  qmp: Pick<QmpClient, "execute">,
  directory: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const filename = join(directory, `screen-${randomUUID()}.ppm`);
  try {
    await qmp.execute("screendump", { filename }, { signal });
    return encodePng(parsePpm(await readFile(filename)));
  } finally {
    await rm(filename, { force: true });
  }
}
