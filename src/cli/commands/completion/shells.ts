import type { CompletedCommand, CompletedFlag, CompletionTable } from "./table.ts";

export interface Shell {
  script(table: CompletionTable): string;
  /** Where a user's own completion goes, below the home directory; read by the shell without further set-up. */
  readonly path: string;
}

export const shells = {
  bash: { script: bash, path: ".local/share/bash-completion/completions/imgbuild" },
  zsh: { script: zsh, path: ".zsh/completions/_imgbuild" },
  fish: { script: fish, path: ".config/fish/completions/imgbuild.fish" },
} satisfies Readonly<Record<string, Shell>>;

export const isShell = (name: string): name is keyof typeof shells => Object.hasOwn(shells, name);

function quote(text: string): string {
  const escaped = text.replaceAll("'", "'\\''");
  return `'${escaped}'`;
}

const quoteWords = (words: readonly string[]): string => quote(words.join(" "));

function bash({ commands }: CompletionTable): string {
  const names = commands.map(({ name }) => name);
  return `# bash completion for imgbuild
_imgbuild() {
  local current="\${COMP_WORDS[COMP_CWORD]}" command="\${COMP_WORDS[1]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" flags="" words=""
  if [[ $current == "=" ]]; then current=""; elif [[ $previous == "=" ]]; then previous="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W ${quoteWords([...names, "help"])} -- "$current"))
    return
  fi
  case "$command $previous" in
${commands.flatMap(bashChoices).join("\n")}
  esac
  case "$command" in
${commands.map(bashCommand).join("\n")}
    help) words=${quoteWords([...names, "environment"])} ;;
  esac
  if [[ $current == -* ]]; then
    [[ $current == --* ]] && flags="$(printf -- '-%s ' $flags)"
    COMPREPLY=($(compgen -W "$flags" -- "$current"))
  elif [[ -n $words && $COMP_CWORD -eq 2 ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  else
    COMPREPLY=($(compgen -f -- "$current"))
    compopt -o filenames 2>/dev/null
  fi
}
complete -F _imgbuild imgbuild
`;
}

function bashCommand({ name, flags, words }: CompletedCommand): string {
  const flagNames = flags.map((flag) => `-${flag.name}`);
  return `    ${name}) flags=${quoteWords(flagNames)}; words=${quoteWords(words)} ;;`;
}

/** The values of flags that have a few. */
function bashChoices({ name, flags }: CompletedCommand): readonly string[] {
  const withChoices = flags.filter(({ choices }) => choices.length > 0);
  return withChoices.map(
    (flag) =>
      `    "${name} "-${flag.name}|"${name} "--${flag.name}) COMPREPLY=($(compgen -W ${quoteWords(flag.choices)} -- "$current")); return ;;`,
  );
}

function zsh({ commands }: CompletionTable): string {
  return `#compdef imgbuild
# zsh completion for imgbuild
_imgbuild() {
  local -a commands
  commands=(${commands.map(zshSummary).join(" ")} 'help:Examples and flags of a command')
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${commands.map(zshCommand).join("\n")}
    help) _describe command commands ;;
  esac
}
_imgbuild "$@"
`;
}

const escapeZsh = (text: string): string => text.replaceAll(/[[\]:\\]/g, "\\$&");

function zshSummary({ name, summary }: CompletedCommand): string {
  return quote(`${name}:${escapeZsh(summary)}`);
}

function zshCommand({ name, flags, words }: CompletedCommand): string {
  const argument = words.length > 0 ? `1:word:${zshChoices(words)}` : "*:template:_files";
  const specs = [...flags.map(zshFlag), quote(argument)];
  return `    ${name}) _arguments ${specs.join(" ")} ;;`;
}

function zshFlag({ name, description, hasValue, choices }: CompletedFlag): string {
  const shown = `[${escapeZsh(description)}]`;
  if (!hasValue) return quote(`*-${name}${shown}`);
  return quote(`*-${name}=${shown}:value:${zshChoices(choices)}`);
}

function zshChoices(words: readonly string[]): string {
  if (words.length === 0) return "_files";
  return `(${words.join(" ")})`;
}

function fish({ commands }: CompletionTable): string {
  const first = commands.map(
    ({ name, summary }) => `complete -c imgbuild -n __fish_use_subcommand -f -a ${name} -d ${quote(summary)}`,
  );
  return ["# fish completion for imgbuild", ...first, ...commands.flatMap(fishCommand), ""].join("\n");
}

function fishCommand({ name, flags, words }: CompletedCommand): readonly string[] {
  const start = `complete -c imgbuild -n '__fish_seen_subcommand_from ${name}'`;
  const lines = flags.map((flag) => `${start} ${fishFlag(flag)}`);
  if (words.length > 0) lines.push(`${start} -f -a ${quoteWords(words)}`);
  return lines;
}

function fishFlag({ name, description, hasValue, choices }: CompletedFlag): string {
  const shown = `-d ${quote(description)}`;
  if (!hasValue) return `-o ${name} ${shown}`;
  const values = choices.length > 0 ? `-x -a ${quoteWords(choices)}` : "-r";
  return `-o ${name} ${values} ${shown}`;
}
