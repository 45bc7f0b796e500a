import { GoTemplateError } from "../../../lib/go-template/error.ts";
import { invalidTemplate } from "../../../template/messages/components.ts";
import type { LegacyNames } from "../../../template/model.ts";
import { output, type Answer, type ConsoleEngine } from "./engine.ts";

const help = `Type a text to see what a JSON template makes of it, such as {{ upper \`x\` }} or {{ user \`NAME\` }}.

  variables      the user variables and their values
  exit           leave (or press Ctrl-D)`;

/** Renders each line with the template language of JSON templates. */
export function createLegacyEngine(names: LegacyNames): ConsoleEngine {
  return {
    hidesSecrets: false,
    answer: (input) => Promise.resolve(answer(input.replace(/\n$/, ""), names)),
    complete(line) {
      const word = /[\w-]*$/.exec(line)![0];
      const known = line.trim() === word ? ["help", "variables", "exit", ...names.functions] : names.functions;
      return [[...new Set(known)].filter((name) => name.startsWith(word)).sort(), word];
    },
  };
}

function answer(input: string, names: LegacyNames): Answer {
  const text = input.trim();
  if (text === "") return { kind: "nothing" };
  if (text === "exit" || text === "quit") return { kind: "exit" };
  if (text === "help") return output(help);
  if (text === "variables") return output(names.describeVariables());
  try {
    return output(names.render(input));
  } catch (failure) {
    if (!(failure instanceof GoTemplateError)) throw failure;
    return { kind: "errors", diagnostics: [invalidTemplate(failure.message, undefined)] };
  }
}
