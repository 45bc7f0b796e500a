/**
 * A command that lacks its script, with the script where it belongs: behind a shell, or what else runs a file. `undefined`
 * where that cannot be told. `name` is what the command calls the script: `Path`.
 */
export function commandWithScript(command: string, name: string): string | undefined {
  const trimmed = command.trimEnd();
  const script = `{{ .${name} }}`;
  if (RUNS_FILE.some((pattern) => pattern.test(trimmed))) return `${trimmed} ${script}`;
  if (!POSIX_SHELL.test(trimmed)) return undefined;
  const variables = /\.(Vars|EnvVarFile)\b/.test(command) ? "" : "{{ .Vars }} ";
  return `${variables}${trimmed} ${script}`;
}

/** As `commandWithScript`, for a program and its arguments: one text behind `sh -c`, otherwise an argument. */
export function wordsWithScript(words: readonly string[], name: string): readonly string[] | undefined {
  const command = words.join(" ");
  if (!POSIX_SHELL.test(command)) return undefined;
  const variables = /\s-\w*c$/.test(command) ? "{{ .Vars }} " : "";
  return [...words, `${variables}{{ .${name} }}`];
}

/** A shell at the end of a command, or its options. */
const POSIX_SHELL = /(^|[\s/])(sh|bash|dash|ash|ksh|zsh)(\s+-[a-z]+)*$/;
const RUNS_FILE = [/(^|[\s/\\])(powershell|pwsh)(\.exe)?\b.*\s-file$/i, /(^|[\s/\\])cmd(\.exe)?\s.*\/[ck]$/i];
