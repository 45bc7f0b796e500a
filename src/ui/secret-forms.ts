import { Buffer } from "node:buffer";

/** Below this many characters a text is masked only where it stands as a word of its own. */
export const SHORTEST_MASKED_ANYWHERE = 4;
/** A longer secret is looked for in pieces, so that no pattern (and nothing held back for one) grows without bound. */
const LONGEST_PIECE = 1024;
const PIECE = 512;
/** Beyond this size only the forms a file really takes are looked for: as it is, by lines, base64. */
const LARGE = 16 * 1024;
const LARGEST = 1024 * 1024;

/**
 * Every text by which a secret could be read: itself, its lines, and both in base64 (at each of the three alignments,
 * so also inside a longer encoded text), hexadecimal, URL-, JSON-, XML- and shell-escaped. None is shorter than four
 * characters.
 */
export function secretForms(secret: string): string[] {
  const text = secret.slice(0, LARGEST);
  const encoders = text.length > LARGE ? base64Encoders : [...base64Encoders, ...escapers];
  const forms = new Set<string>();
  for (const part of new Set([...pieces(text), ...linesOf(text).flatMap(pieces)])) {
    if (part.length < SHORTEST_MASKED_ANYWHERE) continue;
    forms.add(part);
    for (const encode of encoders) for (const form of encode(part)) forms.add(form);
  }
  return [...forms].filter((form) => form.length >= SHORTEST_MASKED_ANYWHERE);
}

/** Pieces that cover the whole text; the last may overlap the one before. */
function pieces(text: string): string[] {
  if (text.length <= LONGEST_PIECE) return [text];
  const starts = Array.from({ length: Math.floor(text.length / PIECE) }, (_, index) => index * PIECE);
  return [...new Set([...starts, text.length - PIECE])].map((start) => text.slice(start, start + PIECE));
}

function linesOf(text: string): string[] {
  return text.split(/[\r\n]+/).map((line) => line.trim());
}

type Encode = (text: string) => readonly string[];

const base64Encoders: readonly Encode[] = [
  (text) => base64Forms(Buffer.from(text, "utf8")),
  // `echo secret | base64` encodes the line end, too.
  (text) => base64Forms(Buffer.from(`${text}\n`, "utf8")).slice(0, 2),
  // PowerShell's -EncodedCommand.
  (text) => base64Forms(Buffer.from(text, "utf16le")),
];

/** RFC 4648 sections 4 and 5. Of the inner alignments only the characters which no neighbour can change. */
function base64Forms(bytes: Buffer): string[] {
  const whole = bytes.toString("base64").replace(/=+$/, "");
  const inner = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const firstOwn = Math.ceil((offset * 8) / 6);
    const pastOwn = Math.floor(((offset + bytes.length) * 8) / 6);
    return encoded.slice(firstOwn, pastOwn);
  });
  return [whole, ...inner].flatMap((form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")]);
}

const escapers: readonly Encode[] = [
  (text) => {
    const hex = Buffer.from(text, "utf8").toString("hex");
    return [hex, hex.toUpperCase()];
  },
  urlForms,
  jsonForms,
  xmlForms,
  shellForms,
];

/** RFC 3986 percent-encoding as browsers, Go, Python and forms do it, with either case of hexadecimal digits. */
function urlForms(text: string): string[] {
  // A lone surrogate has no percent-encoding.
  const wellFormed = Buffer.from(text, "utf8").toString("utf8");
  const component = encodeURIComponent(wellFormed);
  const strict = component.replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const path = strict.replace(/%(?:24|26|2B|3A|3D|40)/g, (escape) => decodeURIComponent(escape));
  const forms = [component, strict, path, encodeURI(wellFormed), strict.replaceAll("%20", "+")];
  const once = [...forms, ...forms.map((form) => form.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase()))];
  return [...once, ...once.map((form) => form.replaceAll("%", "%25"))];
}

/** RFC 8259 strings as JavaScript, Go, Python and PHP write them, and a string within a string. */
function jsonForms(text: string): string[] {
  const inner = (value: string): string => JSON.stringify(value).slice(1, -1);
  const unicode = (c: string): string => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`;
  const plain = inner(text);
  return [
    plain,
    plain.replace(/[<>&\u2028\u2029]/g, unicode),
    plain.replace(/[^\x20-\x7e]/g, unicode),
    plain.replaceAll("/", "\\/"),
    inner(plain),
    inner(inner(plain)),
  ];
}

const xmlNames: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function xmlForms(text: string): string[] {
  const named = text.replace(/[&<>"]/g, (c) => xmlNames[c]!);
  return [
    text.replace(/[&<>]/g, (c) => xmlNames[c]!),
    named,
    ...["&#39;", "&#x27;", "&apos;"].map((apostrophe) => named.replaceAll("'", apostrophe)),
  ];
}

/** Inside single quotes, inside double quotes, with backslashes (`printf %q`), `$'…'`, and PowerShell's backtick. */
function shellForms(text: string): string[] {
  return [
    text.replaceAll("'", `'\\''`),
    text.replaceAll("'", `'"'"'`),
    text.replaceAll("'", "''"),
    text.replace(/[$`"\\]/g, "\\$&"),
    text.replace(/[$`"\\!]/g, "\\$&"),
    text.replace(/[^A-Za-z0-9_\-.,:/@%+=\u0080-\uffff]/g, "\\$&"),
    text.replace(/[\\']/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\t", "\\t").replaceAll("\r", "\\r"),
    text.replace(/[$`"]/g, "`$&"),
  ];
}
