import { gzipSync } from "node:zlib";
import { DYNAMIC, STRING, stringValue } from "../value.ts";
import { valueToJson } from "../to-json.ts";
import { anyParam, stringParam, textAt } from "./arguments.ts";
import { FunctionError, type FunctionDeclaration } from "./definition.ts";
import { parseJsonText } from "./json-text.ts";

/** A text without the byte order mark that some editors begin a file with. */
export const withoutMark = (text: string): string => text.replace(/^\uFEFF/, "");

export const encodingFunctions: readonly FunctionDeclaration[] = [
  {
    name: "base64decode",
    group: "encoding",
    parameters: [stringParam("string")],
    returns: STRING,
    description: "The text (in UTF-8) that a Base64 text stands for.",
    example: ['base64decode("aGVsbG8=")', '"hello"'],
    call: (args) => stringValue(decodeUtf8(decodeBase64(textAt(args, 0)))),
  },
  {
    name: "base64encode",
    group: "encoding",
    parameters: [stringParam("string")],
    returns: STRING,
    description: "A text, in UTF-8, as Base64.",
    example: ['base64encode("hello")', '"aGVsbG8="'],
    call: (args) => stringValue(Buffer.from(textAt(args, 0)).toString("base64")),
  },
  {
    name: "base64gzip",
    group: "encoding",
    parameters: [stringParam("string")],
    returns: STRING,
    description: "A text compressed with gzip, as Base64.",
    example: ['length(base64gzip("hello")) > 0', "true"],
    call: (args) => stringValue(compress(textAt(args, 0)).toString("base64")),
  },
  {
    name: "jsondecode",
    group: "encoding",
    parameters: [stringParam("string")],
    returns: DYNAMIC,
    description: "The value a JSON text stands for.",
    example: ['jsondecode("{\\"a\\": [1, true]}")', "{ a = [1, true] }"],
    call: (args) => parseJsonText(withoutMark(textAt(args, 0))),
  },
  {
    name: "jsonencode",
    group: "encoding",
    parameters: [anyParam("value", { allowNull: true })],
    returns: STRING,
    description: "A value as JSON text on one line.",
    example: ["jsonencode({ a = [1, true] })", '"{\\"a\\":[1,true]}"'],
    call: (args) => stringValue(valueToJson(args[0]!)),
  },
  {
    name: "urlencode",
    group: "encoding",
    parameters: [stringParam("string")],
    returns: STRING,
    description: "A text made safe for the query of a URL.",
    example: ['urlencode("a b&c")', '"a+b%26c"'],
    call: (args) => stringValue(urlEncode(textAt(args, 0))),
  },
];

/** The header says "operating system unknown", so that every machine gives the same bytes. */
function compress(text: string): Buffer {
  const bytes = gzipSync(text);
  bytes[9] = 255;
  return bytes;
}

/** @throws FunctionError when the text is not Base64 with its padding. */
export function decodeBase64(text: string): Buffer {
  const compact = text.replace(/[\r\n]/g, "");
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact) || compact.length % 4 !== 0) {
    const hint = /[-_]/.test(compact) ? " It looks like the URL-safe variant; replace - by + and _ by / first." : "";
    throw new FunctionError(`it is not valid Base64.${hint}`, 0);
  }
  return Buffer.from(compact, "base64");
}

export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FunctionError("the result is not text in UTF-8. For text in another encoding use textdecodebase64.", 0);
  }
}

/** As Go's url.QueryEscape: a space becomes +, and only letters, digits and - _ . ~ stay. */
const urlEncode = (text: string): string =>
  encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd"))
    .replaceAll("%20", "+")
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
