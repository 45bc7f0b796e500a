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
      const encoding = textAt(args, 1);
      const text = decodeText(decodeBase64(textAt(args, 0)), encoding);
      if (text === undefined) throw new FunctionError(`it has bytes that are not valid in ${encoding}.`, 0);
      return stringValue(text);
    },
  },
];

const MARK = "\ufeff";
const isUtf16 = (encoding: string): boolean => /^utf-?16$/i.test(encoding);

/** `UTF-16` alone is big endian and begins with a byte order mark; `UTF-16BE` and `UTF-16LE` have none. */
function encodeText(text: string, encoding: string): Buffer {
  if (isUtf16(encoding)) return iconv.encode(MARK + text, "UTF-16BE", { addBOM: false });
  const name = checkEncoding(encoding);
  const bytes = iconv.encode(text, name, { addBOM: false });
  if (iconv.decode(bytes, name, { stripBOM: false }) !== text)
    throw new FunctionError(`it has characters that do not exist in ${encoding}.`, 0);
  return bytes;
}

/** Undefined where a byte, or half of a character, has no meaning. */
function decodeText(bytes: Buffer, encoding: string): string | undefined {
  const name = isUtf16(encoding) ? byteOrder(bytes) : checkEncoding(encoding);
  if (/^utf-?16/i.test(name) && bytes.length % 2 === 1) return undefined;
  const text = iconv.decode(bytes, name, { stripBOM: isUtf16(encoding) });
  return /\ufffd|\p{Surrogate}/u.test(text) ? undefined : text;
}

/** As the byte order mark says; without one it is big endian. */
const byteOrder = (bytes: Buffer): string => (bytes[0] === 0xff && bytes[1] === 0xfe ? "UTF-16LE" : "UTF-16BE");

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

function checkEncoding(name: string): string {
  if (iconv.encodingExists(name) && !/^(base64|hex|binary|internal)$/i.test(name)) return name;
  const suggestion = didYouMean(name, common);
  throw new FunctionError(`there is no character encoding ${JSON.stringify(name)}.${suggestion}`, 1);
}
