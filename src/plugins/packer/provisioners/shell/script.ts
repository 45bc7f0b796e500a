import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { errorMessage } from "../../../../lib/error-text.ts";
import { BuildError } from "../../../../sdk/error.ts";
import { withShebang } from "../../scripts/shebang.ts";
import type { ShellConfig } from "./options.ts";

/** A script as it will stand in the guest. */
export interface Script {
  /** For people: the file, or `inline commands`. */
  readonly name: string;
  readonly content: Buffer;
}

/** The scripts of a configuration, in order. Rejects with a BuildError that names a file that cannot be read. */
export async function readScripts(config: ShellConfig, work: string): Promise<readonly Script[]> {
  if (config.inline) {
    const lines = [...withShebang(config.inline, config.inline_shebang), ""];
    return [{ name: "inline commands", content: Buffer.from(lines.join("\n")) }];
  }
  const files = config.scripts ?? [config.script].filter((file) => file !== undefined);
  return Promise.all(files.map((file) => readScript(file, work, config.binary)));
}

async function readScript(file: string, work: string, binary: boolean): Promise<Script> {
  const content = await readFile(resolve(work, file)).catch((cause: unknown) => {
    throw new BuildError(`Could not read the script "${file}": ${errorMessage(cause)}`, { cause });
  });
  return { name: file, content: binary ? content : unixLineEnds(content) };
}

/** A carriage return before a line end would become part of the interpreter's name. */
function unixLineEnds(content: Buffer): Buffer {
  if (!content.includes("\r\n")) return content;
  return Buffer.from(content.toString("latin1").replaceAll("\r\n", "\n"), "latin1");
}
