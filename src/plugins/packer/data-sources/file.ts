import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { DataSource } from "../../../sdk/component.ts";
import { BuildError } from "../../../sdk/error.ts";
import { choice, text } from "../../../sdk/schema/field.ts";
import { defineSchema, type ConfigOf } from "../../../sdk/schema/schema.ts";

const schema = defineSchema({
  path: text("The file to read, from the directory of the template."),
  encoding: choice(["utf-8", "base64"], "How to give its content: as text, or any bytes in base64.").default("utf-8"),
});
type FileDataConfig = ConfigOf<typeof schema>;

export const dataSource: DataSource<FileDataConfig> = {
  kind: "data-source",
  type: "file",
  summary:
    "Reads a file of this computer when the build starts. (The function `file` reads it when the template is checked.)",
  schema,
  outputs: { content: "string", path: "string", size: "number" },
  async read(run, { path: name, encoding }) {
    const path = resolve(run.directories.template, name);
    const bytes = await readFile(path, { signal: run.signal }).catch((cause: unknown) => {
      run.signal.throwIfAborted();
      throw new BuildError(`The file "${name}" cannot be read`, { cause });
    });
    const content = encoding === "base64" ? bytes.toString("base64") : decodeUtf8(bytes, name);
    return { content, path, size: bytes.length };
  },
};

function decodeUtf8(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new BuildError(`The file "${name}" is not UTF-8 text`, {
      cause,
      hint: 'Set encoding = "base64" to read any bytes.',
    });
  }
}
