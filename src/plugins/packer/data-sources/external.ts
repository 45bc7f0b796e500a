import { CommandError, runChecked } from "../../../lib/process.ts";
import { shellCommand } from "../../../lib/shell-quote.ts";
import type { DataSource } from "../../../sdk/component.ts";
import { BuildError } from "../../../sdk/error.ts";
import { list, map, sensitive, text } from "../../../sdk/schema/field.ts";
import { error, rule } from "../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigOf } from "../../../sdk/schema/schema.ts";

const fields = {
  program: list(
    text("A word."),
    "The program and its arguments, no shell in between. It gets `query` as a JSON object on its standard input and answers with a JSON object on its standard output; what it writes to its standard error is shown when it fails.",
  ),
  query: sensitive(map(text("A value."), "What to give to the program.")).default({}),
  working_dir: text("Where to run it.").optional(),
};
const schema = defineSchema(fields, {
  rules: [
    rule(fields, ["program"], ({ program }) => {
      if (program.length > 0) return [];
      const detail = 'The first word of "program" names the program to run.';
      return [error("missing-argument", ["program"], "Missing program", detail)];
    }),
  ],
});
type ExternalConfig = ConfigOf<typeof schema>;

export const dataSource: DataSource<ExternalConfig> = {
  kind: "data-source",
  type: "external",
  summary: "Asks a program of this computer, with JSON in and JSON out.",
  schema,
  outputs: { result: "any" },
  async read(run, { program: words, query, working_dir }) {
    const [program, ...args] = words as [string, ...string[]];
    const place = working_dir ?? run.directories.template;
    try {
      const { stdout } = await runChecked(program, args, {
        signal: run.signal,
        cwd: place,
        env: run.host.env,
        stdin: JSON.stringify(query),
      });
      return { result: parseAnswer(program, stdout) };
    } catch (failure) {
      if (!(failure instanceof CommandError)) throw failure;
      throw new BuildError(failure.message, {
        hint: `It was run in ${place}:\n    ${shellCommand(words)}`,
      });
    }
  },
};

function parseAnswer(program: string, text: string): unknown {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new BuildError(`The answer of ${program} is not JSON`, { hint: ANSWER_HINT });
  }
  if (typeof answer === "object" && answer !== null && !Array.isArray(answer)) return answer;
  throw new BuildError(`The answer of ${program} is not a JSON object`, { hint: ANSWER_HINT });
}

const ANSWER_HINT =
  "The program has to write one JSON object to its standard output, and whatever else it says to its standard error.";
