import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { BuildError } from "../../../../sdk/error.ts";
import type { ShellConfig } from "./options.ts";

/** A script as it will stand in the guest. */
export interface Script {
  /** For people: the file, or `inline commands`. */
  readonly name: string;
  readonly content: Buffer;
}

/** The scripts of a configuration, in order. Rejects with a BuildError that names a file that cannot be read. */
export async function readScripts(config: ShellConfig, work: string): Promise<readonly Script[]> {
  if (config.inline)
    return [{ name: "inline commands", content: Buffer.from(inlineScript(config.inline, config.inline_shebang)) }];
  const files = config.scripts ?? (config.script === undefined ? [] : [config.script]);
  return Promise.all(files.map((file) => readScript(file, work, config.binary)));
}

/** A shebang of the user's own, as the first line of `inline`, counts more than the default one. */
function inlineScript(lines: readonly string[], shebang: string | undefined): string {
  const own = shebang === undefined && lines[0]?.startsWith("#!") === true;
  return [...(own ? [] : [`#!${shebang ?? "/bin/sh -e"}`]), ...lines, ""].join("\n");
}

async function readScript(file: string, work: string, binary: boolean): Promise<Script> {
  const content = await readFile(resolve(work, file)).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BuildError(`Could not read the script "${file}": ${why}`, { cause });
  });
  return { name: file, content: binary ? content : unixLineEnds(content) };
}

/** A carriage return before a line end would become part of the interpreter's name. */
function unixLineEnds(content: Buffer): Buffer {
  return content.includes("\r\n")
    ? Buffer.from(content.toString("latin1").replaceAll("\r\n", "\n"), "latin1")
    : content;
}
