import { join } from "node:path";
import { errorMessage } from "../../lib/error-text.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { SourceFile } from "../../language/source.ts";
import { error } from "../diagnostics.ts";

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  EACCES: "may not be read: permission is denied",
  EPERM: "may not be read: permission is denied",
  EISDIR: "is a directory, and a file is needed",
  ENOTDIR: "does not exist: a part of the path is a file",
  ELOOP: "cannot be reached: its symbolic links go in a circle",
};

/** A file or directory that cannot be read, as a sentence. `what`: `template`, `variable file`. */
export function readFailure(what: string, path: string, failure: NodeJS.ErrnoException, hint = ""): Diagnostic {
  const reason = reasons[failure.code ?? ""] ?? `cannot be read: ${errorMessage(failure)}`;
  return error("unreadable-file", undefined, `Cannot read ${what}`, `${path} ${reason}.${hint}`);
}

export function noTemplates(path: string, names: readonly string[]): Diagnostic {
  const legacy = names.find((name) => name.endsWith(".json") && !name.endsWith(".pkrvars.json"));
  const hint = legacy === undefined ? "" : legacyHint(join(path, legacy));
  const detail = `The directory ${path} holds no file named *.pkr.hcl or *.pkr.json.${hint}`;
  return error("no-template-files", undefined, "No template in directory", detail);
}

const legacyHint = (path: string): string =>
  ` A legacy JSON template is named by its file, for instance:\n    imgbuild validate ${path}`;

/** Points at the first line that is not a comment. */
export function yamlTemplate(file: SourceFile): Diagnostic {
  const start = file.text.search(/^[^\s#]/m);
  const end = start + file.text.slice(start).search(/\s|$/);
  const isLegacy = /^builders:/m.test(file.text);
  const argument = file.name.startsWith("<") ? "" : ` ${file.name}`;
  const hint = isLegacy
    ? ` This one has the parts of a JSON template. To turn it into one, type:\n    yq -o=json${argument}`
    : " To begin with one that builds, type:\n    imgbuild new";
  const detail = `${file.name} holds YAML, and templates are written in HCL (*.pkr.hcl) or JSON.${hint}`;
  return error("yaml-template", { file, start, end }, "YAML template", detail);
}

export const emptyHcl2Template = (path: string): Diagnostic =>
  error(
    "nothing-to-build",
    undefined,
    "Empty template",
    `${path} declares nothing. A template has at least a source and a build block.`,
  );
