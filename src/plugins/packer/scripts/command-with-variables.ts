import { BuildError } from "../../../sdk/error.ts";
import { formatEnvironment, type EnvironmentPairs } from "./script-environment.ts";
import { shellTokens, type Quote, type ShellWord } from "./shell-words.ts";

export interface VariablesInCommand {
  readonly pairs: EnvironmentPairs;
  /** How one is written, with `%s` for its name and for its value. */
  readonly format: string;
}

/**
 * Renders a command of the user's own with the environment in it. Where `{{ .Vars }}` stands inside quotes, as in
 * `sh -c '{{ .Vars }} {{ .Path }}'`, a quote or blank of a value would end the outer quotes, and the script would not be
 * run, without anybody saying so: there the variables are quoted once more.
 */
export function commandWithVariables(render: (vars: string) => string, { pairs, format }: VariablesInCommand): string {
  const vars = formatEnvironment(pairs, format);
  const command = render(vars);
  const places = placesOf(MARK, render(MARK));
  const harmless = render(formatEnvironment(withoutValues(pairs), format));
  const [shape, words] = [shapeOf(harmless, places, whole), shapeOf(harmless, places, counted)];
  // What no shell of the Bourne family reads is the user's own.
  if (shape === undefined || shapeOf(command, places, whole) === shape) return command;
  const quoted = render(places.reduceRight((text, { quote }) => (quote ? quoteFor[quote](text) : text), vars));
  if (shapeOf(quoted, places, counted) === words) return quoted;
  throw new BuildError("The values of the environment do not fit into execute_command: the script would not be run", {
    hint: 'Set use_env_var_file = true and write ". {{ .EnvVarFile }} && {{ .Path }}" in place of "{{ .Vars }} {{ .Path }}".',
  });
}

function withoutValues(pairs: EnvironmentPairs): EnvironmentPairs {
  return pairs.map(([name]) => [name, "v"]);
}

const MARK = "IMGBUILD_VARIABLES";

/** A token of a command line, and the quotes in which something stands in it. */
interface Place {
  readonly index: number;
  readonly quote: Quote | undefined;
}

/** Where a word is in a command, and then in the command that is quoted there; the outermost first. */
function placesOf(mark: string, command: string): readonly Place[] {
  const tokens = shellTokens(command) ?? [];
  const index = tokens.findIndex((token) => typeof token !== "string" && token.text.includes(mark));
  const token = tokens[index];
  if (token === undefined || typeof token === "string") return [];
  const at = token.text.indexOf(mark);
  const quote = token.quoted.find(({ from, to }) => from <= at && at < to)?.quote;
  return quote ? [{ index, quote }, ...placesOf(mark, token.text)] : [{ index, quote }];
}

/** What has to be done to a text that is to arrive unchanged from within quotes; `$` keeps its meaning in `"`. */
const quoteFor: Readonly<Record<Quote, (text: string) => string>> = {
  "'": (text) => text.replaceAll("'", `'"'"'`),
  '"': (text) => text.replace(/(\\*)"/g, '$1$1\\"'),
};

const whole = ({ marks }: ShellWord) => `w${marks}`;
const counted = () => "w";

/** The tokens of a command, and of each command that is quoted in it; `undefined` where a quote is not closed. */
function shapeOf(
  command: string,
  [place, ...inner]: readonly Place[],
  word: (word: ShellWord) => string,
): string | undefined {
  const tokens = shellTokens(command);
  if (!tokens) return undefined;
  const shape = tokens.map((token) => (typeof token === "string" ? token : word(token))).join(" ");
  if (!place?.quote) return shape;
  const token = tokens[place.index];
  if (token === undefined || typeof token === "string") return shape;
  const below = shapeOf(token.text, inner, word);
  return below === undefined ? undefined : [shape, below].join("\n");
}
