import { MAX_DATA_DEPTH } from "../from-js.ts";
import { parseNumber } from "../number.ts";
import { boolValue, nullValue, numberValue, objectValue, stringValue, tupleValue, type Value } from "../value.ts";
import { FunctionError } from "./definition.ts";

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
/** JavaScript numbers hold 15 significant digits for certain. */
const LONG_NUMBER = /^-?(?=(?:\D*\d){16})|[eE]/;

/**
 * The value of a JSON text, with every digit of its numbers.
 * @throws FunctionError with the position when it is not JSON.
 */
export function parseJsonText(text: string): Value {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new FunctionError(`it is not valid JSON: ${(error as Error).message.replace(/ \(line.*$/, "")}.`, 0);
  }
  if (!text.match(TOKEN)?.some((token) => token[0] !== '"' && LONG_NUMBER.test(token)))
    return build(data, undefined, 0);
  // JSON.parse rounds long numbers, so they go through it as texts, told apart by a character that occurs in no text.
  const tag = unusedCharacter(text);
  const tagged = text.replace(TOKEN, (token) => (token[0] === '"' ? token : `"${tag}${token}"`));
  return build(JSON.parse(tagged), tag, 0);
}

function unusedCharacter(text: string): string {
  for (let code = 0xe000; code <= 0xf8ff; code++) {
    const escape = new RegExp(`\\\\u${code.toString(16)}`, "i");
    if (!text.includes(String.fromCharCode(code)) && !escape.test(text)) return String.fromCharCode(code);
  }
  throw new FunctionError("it uses every character of the Unicode private use area.", 0);
}

function build(data: unknown, tag: string | undefined, depth: number): Value {
  if (depth > MAX_DATA_DEPTH) throw new FunctionError(`it is nested deeper than ${MAX_DATA_DEPTH} levels.`, 0);
  if (data === null) return nullValue();
  if (typeof data === "boolean") return boolValue(data);
  if (typeof data === "number") return numberValue(data);
  if (typeof data === "string" && tag !== undefined && data.startsWith(tag)) return exactNumber(data.slice(1));
  if (typeof data === "string") return stringValue(wellFormed(data));
  if (Array.isArray(data)) return tupleValue(data.map((item) => build(item, tag, depth + 1)));
  return objectValue(Object.entries(data as object).map(([key, item]) => [key, build(item, tag, depth + 1)] as const));
}

/** Half of a surrogate pair (`"\ud800"`) is no character. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, "\ufffd");

function exactNumber(text: string): Value {
  const number = parseNumber(text);
  if (number) return numberValue(number);
  throw new FunctionError(`the number ${text} is too large.`, 0);
}
