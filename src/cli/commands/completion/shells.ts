import type { CompletedFlag, CompletionTable } from "./table.ts";

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

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function bash({ commands }: CompletionTable): string {
  const flagsOf = (flags: readonly CompletedFlag[]): string => flags.map(({ name }) => `-${name}`).join(" ");
  const cases = commands.map(
    ({ name, flags, words }) => `    ${name}) flags=${quote(flagsOf(flags))}; words=${quote(words.join(" "))} ;;`,
  );
  const choices = commands.flatMap(({ name, flags }) =>
    flags
      .filter((flag) => flag.choices.length > 0)
      .map(
        (flag) =>
          `    "${name} "-${flag.name}|"${name} "--${flag.name}) COMPREPLY=($(compgen -W ${quote(flag.choices.join(" "))} -- "$current")); return ;;`,
      ),
  );
  return `# bash completion for imgbuild
_imgbuild() {
  local current="\${COMP_WORDS[COMP_CWORD]}" command="\${COMP_WORDS[1]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" flags="" words=""
  if [[ $current == "=" ]]; then current=""; elif [[ $previous == "=" ]]; then previous="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W ${quote([...commands.map(({ name }) => name), "help"].join(" "))} -- "$current"))
    return
  fi
  case "$command $previous" in
${choices.join("\n")}
  esac
  case "$command" in
${cases.join("\n")}
    help) words=${quote(commands.map(({ name }) => name).join(" "))} ;;
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

function zsh({ commands }: CompletionTable): string {
  const escape = (text: string): string => text.replaceAll(/[[\]:\\]/g, "\\$&");
  const spec = ({ name, description, hasValue, choices }: CompletedFlag): string => {
    const value = !hasValue ? "" : choices.length > 0 ? `:value:(${choices.join(" ")})` : ":value:_files";
    return quote(`*-${name}${hasValue ? "=" : ""}[${escape(description)}]${value}`);
  };
  const cases = commands.map(({ name, flags, words }) => {
    const argument = words.length > 0 ? `1:word:(${words.join(" ")})` : "*:template:_files";
    return `    ${name}) _arguments ${[...flags.map(spec), quote(argument)].join(" ")} ;;`;
  });
  return `#compdef imgbuild
# zsh completion for imgbuild
_imgbuild() {
  local -a commands
  commands=(${commands.map(({ name, summary }) => quote(`${name}:${escape(summary)}`)).join(" ")} 'help:Examples and flags of a command')
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join("\n")}
    help) _describe command commands ;;
  esac
}
_imgbuild "$@"
`;
}

function fish({ commands }: CompletionTable): string {
  const first = commands.map(
    ({ name, summary }) => `complete -c imgbuild -n __fish_use_subcommand -f -a ${name} -d ${quote(summary)}`,
  );
  const more = commands.flatMap(({ name, flags, words }) => {
    const when = `-n '__fish_seen_subcommand_from ${name}'`;
    const flagLines = flags.map(({ name: flag, description, hasValue, choices }) => {
      const value = !hasValue ? "" : choices.length > 0 ? ` -x -a ${quote(choices.join(" "))}` : " -r";
      return `complete -c imgbuild ${when} -o ${flag}${value} -d ${quote(description)}`;
    });
    return [
      ...flagLines,
      ...(words.length > 0 ? [`complete -c imgbuild ${when} -f -a ${quote(words.join(" "))}`] : []),
    ];
  });
  return ["# fish completion for imgbuild", ...first, ...more, ""].join("\n");
}
