import iconv from "iconv-lite";
import { didYouMean } from "../../lib/did-you-mean.ts";
import { STRING, stringValue } from "../value.ts";
import { stringParam, textAt } from "./arguments.ts";
import { FunctionError, type FunctionDeclaration } from "./definition.ts";
import { decodeBase64 } from "./encoding.ts";

/** Texts in encodings other than UTF-8, by their IANA names. */
export const textEncodingFunctions: readonly FunctionDeclaration[] = [
  {
    name: "textencodebase64",
    group: "encoding",
    parameters: [stringParam("string"), stringParam("encoding")],
    returns: STRING,
    description: "A text in the given character encoding, as Base64. PowerShell wants UTF-16LE.",
    example: ['textencodebase64("hi", "UTF-16LE")', '"aABpAA=="'],
    call: (args) => stringValue(encodeText(textAt(args, 0), textAt(args, 1)).toString("base64")),
  },
  {
    name: "textdecodebase64",
    group: "encoding",
    parameters: [stringParam("string"), stringParam("encoding")],
    returns: STRING,
    description: "The text that Base64 of the given character encoding stands for.",
    example: ['textdecodebase64("aABpAA==", "UTF-16LE")', '"hi"'],
    call: (args) => {
      const name = checkEncoding(textAt(args, 1));
      const text = iconv.decode(decodeBase64(textAt(args, 0)), name, { stripBOM: false });
      if (text.includes("\ufffd")) throw new FunctionError(`it has bytes that are not valid in ${textAt(args, 1)}.`, 0);
      return stringValue(text);
    },
  },
];

function encodeText(text: string, encoding: string): Buffer {
  const name = checkEncoding(encoding);
  const bytes = iconv.encode(text, name, { addBOM: false });
  if (iconv.decode(bytes, name, { stripBOM: false }) !== text)
    throw new FunctionError(`it has characters that do not exist in ${encoding}.`, 0);
  return bytes;
}

const common = [
  "UTF-8",
  "UTF-16",
  "UTF-16LE",
  "UTF-16BE",
  "ISO-8859-1",
  "windows-1252",
  "Shift_JIS",
  "EUC-JP",
  "GB18030",
  "Big5",
  "EUC-KR",
  "KOI8-R",
];

/** Go's table takes `UTF-16` as big endian without a mark. */
function checkEncoding(name: string): string {
  const wanted = /^utf-?16$/i.test(name) ? "UTF-16BE" : name;
  if (iconv.encodingExists(wanted) && !/^(base64|hex|binary|internal)$/i.test(wanted)) return wanted;
  const suggestion = didYouMean(name, common);
  throw new FunctionError(`there is no character encoding ${JSON.stringify(name)}.${suggestion}`, 1);
}
