import { booleanFlag, defineCommand, EXIT } from "../../command.ts";
import { collectFiles } from "./collect-files.ts";
import { formatFiles } from "./format-files.ts";

/**
 * `imgbuild fmt`. Loaded for every keystroke of an editor that formats on save, so it imports the parser and nothing
 * else up front: the diff, the writing and the rendering of diagnostics are loaded when they are needed.
 */
export const command = defineCommand({
  name: "fmt",
  summary: "Rewrite templates in the canonical style",
  examples: [
    { command: "imgbuild fmt .", explains: "Rewrite every template of this folder" },
    { command: "imgbuild fmt -check -recursive .", explains: "Say which files differ; exit code 3 if any does" },
    { command: "imgbuild fmt -diff -write=false web.pkr.hcl", explains: "Show what would change" },
    { command: "imgbuild fmt -", explains: "Format standard input to standard output" },
  ],
  arguments: [{ name: "path", description: "Files, folders, or - for standard input", variadic: true }],
  flags: {
    check: booleanFlag("Change nothing; exit with 3 if a file is not in canonical style"),
    diff: booleanFlag("Show the changes as a unified diff"),
    write: booleanFlag("Write the changes to the files (never with -check)", { default: true }),
    recursive: booleanFlag("Include the folders within folders"),
  },
  notes: [
    "Files named *.pkr.hcl and *.pkrvars.hcl are formatted; JSON is left alone. In folders, hidden files and backups (name~, #name#) are skipped. The name of each changed file is printed.",
    "A file with a syntax error is reported and left as it is; the others are formatted all the same, and the exit code is 1.",
  ],
  async run({ host }, { positional, flags }) {
    const files = collectFiles(positional, { cwd: host.cwd, recursive: flags.recursive });
    const write = flags.write && !flags.check;
    const result = await formatFiles(files, { host, write, showDiff: flags.diff, isCheck: flags.check });
    if (result.hasErrors) return EXIT.failed;
    return flags.check && result.changed > 0 ? EXIT.unformatted : EXIT.ok;
  },
});
