import type { PlacedFile } from "../../src/lib/file-tree.ts";

export const WHEN = new Date("2024-02-29T13:14:16Z");

export function placed(path: string, content: string | Buffer = ""): PlacedFile {
  const bytes = Buffer.from(content);
  return { path, size: bytes.length, modified: WHEN, executable: false, content: bytes };
}
