import { displayPath } from "../../../lib/display-path.ts";

/** The description of an artifact that is nothing but files. */
export function describeFiles(files: readonly string[], work: string): string {
  const names = files.map((file) => displayPath(file, work));
  return `Created artifact from files: ${names.join(", ")}`;
}
