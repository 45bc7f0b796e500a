import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, normalize, resolve, sep } from "node:path";
import { boolValue, BOOL, STRING, stringValue } from "../value.ts";
import { stringParam, textAt } from "./arguments.ts";
import { FunctionError, type FunctionContext, type FunctionDeclaration } from "./definition.ts";
import { decodeUtf8 } from "./encoding.ts";
import { expandHome, readBytes, templatePath } from "./paths.ts";

const path = [stringParam("path")];

export const fileFunctions: readonly FunctionDeclaration[] = [
  {
    name: "abspath",
    group: "file",
    parameters: path,
    returns: STRING,
    description:
      "The path made absolute. A relative path starts at the current directory, not at the template: use path.root for that.",
    example: ['abspath("/a/../b")', '"/b"'],
    call: (args, context) => stringValue(withSlashes(resolve(context.cwd, expandHome(textAt(args, 0), context)))),
  },
  {
    name: "basename",
    group: "file",
    parameters: path,
    returns: STRING,
    description: "The last part of a path.",
    example: ['basename("a/b/c.txt")', '"c.txt"'],
    call: (args) => stringValue(lastPart(textAt(args, 0))),
  },
  {
    name: "dirname",
    group: "file",
    parameters: path,
    returns: STRING,
    description: "All of a path but its last part.",
    example: ['dirname("a/b/c.txt")', '"a/b"'],
    call: (args) => stringValue(withSlashes(directoryOf(textAt(args, 0)))),
  },
  {
    name: "file",
    group: "file",
    parameters: path,
    returns: STRING,
    description: "The content of a text file in UTF-8. Relative paths start at the template.",
    example: ['file("/dev/null")', '""'],
    call: (args, context) => stringValue(readText(textAt(args, 0), context)),
  },
  {
    name: "filebase64",
    group: "file",
    parameters: path,
    returns: STRING,
    description:
      "The content of any file, as Base64. Relative paths start at the template; a file that is not there is looked for in the current directory.",
    example: ['filebase64("/dev/null")', '""'],
    call: (args, context) => stringValue(readEither(textAt(args, 0), context).toString("base64")),
  },
  {
    name: "fileexists",
    group: "file",
    parameters: path,
    returns: BOOL,
    description:
      "Whether there is a file at the path. A directory there is an error. Relative paths start at the template.",
    example: ['fileexists("/no/such/file")', "false"],
    call: (args, context) => boolValue(isFile(textAt(args, 0), context)),
  },
  {
    name: "pathexpand",
    group: "file",
    parameters: path,
    returns: STRING,
    description: "The path with ~ at its start replaced by the home directory.",
    example: ['pathexpand("/a/b")', '"/a/b"'],
    call: (args, context) => stringValue(withSlashes(expandHome(textAt(args, 0), context))),
  },
];

/** Paths in templates have forward slashes on every system. */
const withSlashes = (path: string): string => (sep === "\\" ? path.replaceAll("\\", "/") : path);

export function readText(path: string, context: FunctionContext): string {
  const bytes = readBytes(path, context);
  try {
    return decodeUtf8(bytes);
  } catch {
    throw new FunctionError(
      `the file ${JSON.stringify(path)} is not text in UTF-8. Use filebase64 for other files.`,
      0,
    );
  }
}

/** Existing templates name files from the current directory here, although every other function starts at the template. */
function readEither(path: string, context: FunctionContext): Buffer {
  const fromCwd = resolve(context.cwd, expandHome(path, context));
  const isOnlyThere = !existsSync(templatePath(path, context)) && existsSync(fromCwd);
  return isOnlyThere ? readFileSync(fromCwd) : readBytes(path, context);
}

function isFile(path: string, context: FunctionContext): boolean {
  const stats = statSync(templatePath(path, context), { throwIfNoEntry: false });
  if (stats?.isDirectory()) throw new FunctionError(`${JSON.stringify(path)} is a directory, not a file.`, 0);
  return stats?.isFile() ?? false;
}

/** What stands before the last slash, in its shortest form. */
function directoryOf(path: string): string {
  const end = Math.max(path.lastIndexOf("/"), path.lastIndexOf(sep));
  const directory = normalize(path.slice(0, end + 1) || ".");
  return directory.length > 1 && /[/\\]$/.test(directory) ? directory.slice(0, -1) : directory;
}

function lastPart(path: string): string {
  if (path === "") return ".";
  return basename(path) || "/";
}
