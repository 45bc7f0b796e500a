import { CsvError, parse } from "csv-parse/sync";
import { DYNAMIC, listOf, listValue, objectOf, objectValue, STRING, stringValue } from "../value.ts";
import { stringParam, textAt } from "./arguments.ts";
import { withoutMark } from "./encoding.ts";
import { FunctionError, type FunctionDeclaration } from "./definition.ts";

/** CSV after RFC 4180. */
export const csvFunctions: readonly FunctionDeclaration[] = [
  {
    name: "csvdecode",
    group: "encoding",
    parameters: [stringParam("string")],
    returns: listOf(DYNAMIC),
    description: "The rows of a CSV text, each an object with the names in the first row as attributes.",
    example: ['csvdecode("a,b\\n1,2\\n3,4")', '[{ a = "1", b = "2" }, { a = "3", b = "4" }]'],
    call: (args) => decodeCsv(withoutMark(textAt(args, 0))),
  },
];

function decodeCsv(text: string) {
  const [names, ...rows] = parseRows(text);
  if (!names) throw new FunctionError("the first row, with the names of the columns, is missing.", 0);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new FunctionError(`two columns have the name ${JSON.stringify(repeated)}.`, 0);
  const type = objectOf(Object.fromEntries(names.map((name) => [name, STRING])));
  const values = rows.map((row) => objectValue(names.map((name, index) => [name, stringValue(row[index]!)] as const)));
  return listValue(type, values);
}

function parseRows(text: string): readonly (readonly string[])[] {
  try {
    return parse(text, { skip_empty_lines: true });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new FunctionError(`it is not valid CSV: ${error.message}.`, 0);
  }
}
