/**
 * Text from a guest (or anywhere) as it may be shown on a terminal: without colour codes, cursor movements, titles
 * (ECMA-48 CSI, OSC, DCS…), other control characters and Unicode's direction overrides. Of a line that was drawn over
 * with carriage returns, the last drawing stays.
 */
export function sanitizeLine(text: string): string {
  if (!UNSAFE.test(text)) return text;
  const plain = text.replace(ESCAPE_SEQUENCE, "");
  const drawings = plain.split("\r").filter((drawing) => drawing.trim() !== "");
  return (drawings.at(-1) ?? "").replace(CONTROL, "");
}

/** As `sanitizeLine`, for text of several lines. */
export function sanitize(text: string): string {
  if (!UNSAFE.test(text)) return text;
  return text.split("\n").map(sanitizeLine).join("\n");
}

const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;
const UNSAFE = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;
const ESCAPE_SEQUENCE = new RegExp(
  [
    "(?:\\x1b\\[|\\x9b)[0-?]*[ -/]*[@-~]", // CSI
    "(?:\\x1b[\\]PX^_]|[\\x9d\\x90\\x98\\x9e\\x9f])[^\\x07\\x1b\\x9c]*(?:\\x07|\\x1b\\\\|\\x9c)?", // OSC, DCS, SOS, PM, APC
    "\\x1b[ -/]*[0-~]",
  ].join("|"),
  "g",
);
