import { existsSync, readFileSync } from "node:fs";
import { isAbsolute, join, normalize, resolve, sep } from "node:path";
import { FunctionError, type FunctionContext } from "./definition.ts";

/** `~` and `~/x` as a path in the home directory. */
export function expandHome(path: string, { homeDir }: FunctionContext): string {
  if (path !== "~" && !/^~[/\\]/.test(path)) return path;
  return join(homeDir, path.slice(1));
}

/**
 * Where a file named in the template is: relative paths start at the template. One that begins with `path.root`, which may
 * be relative to the current directory, starts there unless it leads to something from the template.
 */
export function templatePath(path: string, context: FunctionContext): string {
  const expanded = expandHome(path, context);
  const fromTemplate = resolve(context.templateDir, expanded);
  if (!beginsWithRoot(expanded, context) || existsSync(fromTemplate)) return fromTemplate;
  return resolve(context.cwd, expanded);
}

function beginsWithRoot(path: string, { templateRoot }: FunctionContext): boolean {
  if (templateRoot === undefined || isAbsolute(path)) return false;
  const root = normalize(`${templateRoot}/`);
  return normalize(`${path}/`).startsWith(root) || root === `.${sep}`;
}

/** The content of a file named in the template. @throws FunctionError when it cannot be read. */
export function readBytes(path: string, context: FunctionContext): Buffer {
  try {
    return readFileSync(templatePath(path, context));
  } catch (error) {
    throw new FunctionError(whyUnreadable(path, error as NodeJS.ErrnoException, context), 0);
  }
}

function whyUnreadable(path: string, { code, message }: NodeJS.ErrnoException, context: FunctionContext): string {
  if (code === "EISDIR") return `${JSON.stringify(path)} is a directory, not a file.`;
  if (code === "EACCES" || code === "EPERM") return `there is no permission to read ${JSON.stringify(path)}.`;
  if (code !== "ENOENT" && code !== "ENOTDIR") return `the file ${JSON.stringify(path)} cannot be read: ${message}.`;
  const missing = `there is no file ${JSON.stringify(path)}.`;
  const isClear = isAbsolute(path) || path.startsWith("~") || context.templateDir === context.cwd;
  if (isClear) return missing;
  const full = templatePath(path, context);
  return `${missing} Relative paths start at the directory of the template; the file was looked for at ${full}.`;
}
