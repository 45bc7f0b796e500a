import { DYNAMIC, STRING, stringValue } from "../value.ts";
import { anyParam, stringParam, textAt } from "./arguments.ts";
import type { FunctionDeclaration } from "./definition.ts";
import { decodeYaml } from "./yaml-decode.ts";
import { encodeYaml } from "./yaml-encode.ts";

/** YAML as go-cty-yaml (which Packer and Terraform use) reads and writes it: one document. */
export const yamlFunctions: readonly FunctionDeclaration[] = [
  {
    name: "yamldecode",
    group: "encoding",
    parameters: [stringParam("string")],
    returns: DYNAMIC,
    description: "The value a YAML text stands for. It must hold exactly one document.",
    example: ['yamldecode("a: 1\\nb: [x]")', '{ a = 1, b = ["x"] }'],
    call: (args) => decodeYaml(textAt(args, 0)),
  },
  {
    name: "yamlencode",
    group: "encoding",
    parameters: [anyParam("value", { allowNull: true })],
    returns: STRING,
    description: "A value as YAML text in block style.",
    example: ["yamlencode({ a = 1 })", '"\\"a\\": 1\\n"'],
    call: (args) => stringValue(encodeYaml(args[0]!)),
  },
];
