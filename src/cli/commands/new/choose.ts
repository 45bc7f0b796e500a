import { UsageError } from "../../usage-error.ts";
import type { AskUser } from "./ask-user.ts";
import { CHOICES, type Choice } from "./recipes.ts";
import { PLATFORMS, PURPOSES, SYSTEMS } from "./systems.ts";

/** In the order in which they are asked. */
const ASPECTS = ["platform", "system", "purpose"] as const;
type Aspect = (typeof ASPECTS)[number];
export type Given = { readonly [Name in Aspect]: string | undefined };

const QUESTIONS: { readonly [Name in Aspect]: string } = {
  platform: "Where is it to run?",
  system: "Which system?",
  purpose: "What for?",
};

interface ChooseOptions {
  readonly given: Given;
  /** Absent: nobody can answer. */
  readonly ask: AskUser | undefined;
  /** What was not given is the first that is possible. */
  readonly takeFirst: boolean;
}

/** What to write, from the flags and the answers. */
export async function choose({ given, ask, takeFirst }: ChooseOptions): Promise<Choice> {
  let left = ASPECTS.reduce((choices, aspect) => withValue(choices, aspect, given[aspect]), CHOICES);
  if (left.length === 0) throw new UsageError(`${describe(given)} is nothing imgbuild can write.\n${SEE_LIST}`);
  for (const aspect of ASPECTS) {
    const values = [...new Set(left.map((choice) => choice[aspect]))];
    if (values.length === 1 || takeFirst) left = withValue(left, aspect, values[0]);
    else if (ask === undefined) throw new UsageError(missing(aspect, values));
    else left = withValue(left, aspect, await ask.choice(QUESTIONS[aspect], values.map(described)));
  }
  return left[0]!;
}

function withValue(choices: readonly Choice[], aspect: Aspect, value: string | undefined): readonly Choice[] {
  return value === undefined ? choices : choices.filter((choice) => choice[aspect] === value);
}

const SEE_LIST = "What there is:\n    imgbuild new -list";

const describe = (given: Given): string =>
  ASPECTS.flatMap((aspect) => (given[aspect] === undefined ? [] : [`-${aspect}=${given[aspect]}`])).join(" ");

const missing = (aspect: Aspect, values: readonly string[]): string =>
  `-${aspect} is missing, and there is no terminal to ask at: ${values.join(", ")}. With -yes it is ${values[0]}.`;

function described(value: string): readonly [value: string, meaning: string] {
  const titles = Object.entries(SYSTEMS).map(([name, { title }]) => [name, title] as const);
  const meanings: Readonly<Record<string, string>> = { ...PLATFORMS, ...PURPOSES, ...Object.fromEntries(titles) };
  return [value, meanings[value]!];
}
