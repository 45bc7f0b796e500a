import { globSync } from "tinyglobby";
import { setValue } from "../set.ts";
import { setOf, STRING, stringValue } from "../value.ts";
import { stringParam, textAt } from "./arguments.ts";
import type { FunctionDeclaration } from "./definition.ts";
import { templatePath } from "./paths.ts";

export const filesetFunctions: readonly FunctionDeclaration[] = [
  {
    name: "fileset",
    group: "file",
    parameters: [stringParam("path"), stringParam("pattern")],
    returns: setOf(STRING),
    description:
      "The files below a directory whose path matches a pattern: * within a name, ** across directories, ?, [a-z] and {a,b}. The paths start at the directory.",
    example: ['fileset("/no/such/directory", "*.sh")', "toset([])"],
    call: (args, context) => {
      const cwd = templatePath(textAt(args, 0), context);
      const paths = globSync(textAt(args, 1), {
        cwd,
        dot: true,
        onlyFiles: true,
        followSymbolicLinks: true,
        expandDirectories: false,
      });
      return setValue(STRING, paths.map(stringValue));
    },
  },
];
