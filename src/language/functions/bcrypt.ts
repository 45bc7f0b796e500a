import { hashSync } from "bcryptjs";
import { STRING, stringValue } from "../value.ts";
import { integerAt, numberParam, stringParam, textAt } from "./arguments.ts";
import { FunctionError, type FunctionDeclaration } from "./definition.ts";

export const bcryptFunctions: readonly FunctionDeclaration[] = [
  {
    name: "bcrypt",
    group: "hash",
    parameters: [stringParam("string")],
    variadic: numberParam("cost"),
    returns: STRING,
    description:
      "The Blowfish hash of a password, for password files. The cost is 10 unless given. Each call gives another salt.",
    example: ['length(bcrypt("secret", 4))', "60"],
    call: (args) => {
      if (args.length > 2) throw new FunctionError("it takes at most two arguments: the text and the cost.");
      const password = textAt(args, 0);
      if (Buffer.byteLength(password) > 72)
        throw new FunctionError("it is longer than the 72 bytes that bcrypt looks at.", 0);
      const cost = args.length > 1 ? integerAt(args, 1, 4, 15) : 10;
      return stringValue(hashSync(password, cost).replace(/^\$2b\$/, "$2a$"));
    },
  },
];
