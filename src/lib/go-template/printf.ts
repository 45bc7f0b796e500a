import { formatFloat, formatValue, isMap, padExponent, sortedKeys, typeName } from "./value.ts";

/**
 * Go's fmt.Sprintf over plain data. Mistakes do not throw but appear in the output, as in Go: `%!d(string=hi)`.
 * Source: the package documentation of Go's fmt (facts only).
 */
export function sprintf(format: string, args: readonly unknown[]): string {
  const state: FormatState = { args, next: 0, reordered: false };
  const text = format.replace(directive, (...match: unknown[]) => {
    const parts = match.at(-1) as Directive;
    if (parts.verb === "") return "%!(NOVERB)";
    if (parts.verb === "%") return "%";
    return formatDirective(parts, state);
  });
  if (state.reordered || state.next >= args.length) return text;
  const extra = args.slice(state.next).map(withType);
  return `${text}%!(EXTRA ${extra.join(", ")})`;
}

const directive =
  /%(?<flags>[-+# 0]*)(?<width>(?:\[\d+\])?\*|\d+)?(?<precision>\.(?:(?:\[\d+\])?\*|\d*))?(?<at>\[\d+\])?(?<verb>[\s\S]?)/gu;

function withType(value: unknown): string {
  return `${typeName(value)}=${formatValue(value)}`;
}

interface FormatState {
  readonly args: readonly unknown[];
  next: number;
  reordered: boolean;
}

interface Directive {
  readonly flags: string;
  readonly width: string | undefined;
  readonly precision: string | undefined;
  readonly at: string | undefined;
  readonly verb: string;
}

interface VerbLayout {
  readonly minus: boolean;
  readonly plus: boolean;
  readonly sharp: boolean;
  readonly space: boolean;
  readonly zero: boolean;
  readonly width: number;
  readonly precision: number | undefined;
}

function formatDirective(parts: Directive, state: FormatState): string {
  const starWidth = takeStar(parts.width, state);
  const starPrecision = takeStar(parts.precision?.slice(1), state);
  if (starWidth === "bad") return "%!(BADWIDTH)";
  if (starPrecision === "bad") return "%!(BADPREC)";
  if (parts.at) seek(parts.at, state);
  const isThere = state.next >= 0 && state.next < state.args.length;
  if (!isThere && parts.at) return `%!${parts.verb}(BADINDEX)`;
  if (!isThere) return `%!${parts.verb}(MISSING)`;
  const layout = layoutOf(parts, starWidth, starPrecision);
  return formatArgument(state.args[state.next++], parts.verb, layout);
}

function layoutOf({ flags, width, precision }: Directive, starWidth?: number, starPrecision?: number): VerbLayout {
  const wanted = starWidth ?? Number(width ?? 0);
  const minus = flags.includes("-") || wanted < 0;
  const given = starPrecision ?? Number(precision?.slice(1) || 0);
  return {
    minus,
    plus: flags.includes("+"),
    sharp: flags.includes("#"),
    space: flags.includes(" "),
    zero: flags.includes("0") && !minus,
    width: Math.abs(wanted),
    precision: precision === undefined ? undefined : given,
  };
}

function takeStar(part: string | undefined, state: FormatState): number | "bad" | undefined {
  if (!part?.endsWith("*")) return undefined;
  if (part.startsWith("[")) seek(part, state);
  const value = state.args[state.next++];
  const isSize = typeof value === "number" && Number.isInteger(value) && Math.abs(value) <= 1e6;
  return isSize ? value : "bad";
}

function seek(index: string, state: FormatState): void {
  state.reordered = true;
  state.next = parseInt(index.slice(1), 10) - 1;
}

function formatArgument(value: unknown, verb: string, layout: VerbLayout): string {
  if (verb === "T") return padWithSpaces(typeName(value), layout);
  if (verb === "v") return formatAny(value, layout);
  const format = (part: unknown): string => formatArgument(part, verb, layout);
  if (Array.isArray(value) && verb !== "p") return `[${value.map(format).join(" ")}]`;
  if (isMap(value)) {
    const entries = sortedKeys(value).map((key) => `${format(key)}:${format(value[key])}`);
    return `map[${entries.join(" ")}]`;
  }
  return formatScalar(value, verb, layout) ?? badVerb(value, verb);
}

function formatScalar(value: unknown, verb: string, layout: VerbLayout): string | undefined {
  if (typeof value === "string") return formatString(value, verb, layout);
  if (typeof value === "boolean" && verb === "t") return padWithSpaces(String(value), layout);
  if (typeof value !== "number") return undefined;
  if (Number.isInteger(value) && integerVerbs.includes(verb)) return formatInteger(value, verb, layout);
  if ("eEfFgG".includes(verb)) return formatReal(value, verb, layout);
  return undefined;
}

function badVerb(value: unknown, verb: string): string {
  if (value === null || value === undefined) return `%!${verb}(<nil>)`;
  return `%!${verb}(${withType(value)})`;
}

function formatAny(value: unknown, layout: VerbLayout): string {
  if (layout.sharp) return padWithSpaces(goSyntax(value), layout);
  if (typeof value !== "number") return padWithSpaces(formatValue(value), layout);
  if (Number.isInteger(value)) return formatInteger(value, "d", layout);
  return formatReal(value, "g", layout);
}

function goSyntax(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(", ")}}`;
  if (!isMap(value)) return formatValue(value);
  const entries = sortedKeys(value).map((key) => `${JSON.stringify(key)}:${goSyntax(value[key])}`);
  return `map[string]interface {}{${entries.join(", ")}}`;
}

function formatString(value: string, verb: string, layout: VerbLayout): string | undefined {
  const cut = [...value].slice(0, layout.precision).join("");
  switch (verb) {
    case "s":
      return pad(cut, layout);
    case "q":
      return pad(quote(cut, layout), layout);
    case "x":
      return pad(hexOf(value, layout), layout);
    case "X":
      return pad(
        hexOf(value, layout).replace(/[a-f]/g, (digit) => digit.toUpperCase()),
        layout,
      );
    default:
      return undefined;
  }
}

function hexOf(text: string, { precision, space, sharp }: VerbLayout): string {
  const bytes = [...Buffer.from(text, "utf8").subarray(0, precision)];
  const [prefix, between] = [sharp ? "0x" : "", space ? " " : ""];
  return prefix + bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(between);
}

/** A Go string literal; `plus` escapes everything beyond ASCII, `sharp` prefers a raw one. */
function quote(text: string, { sharp, plus }: VerbLayout): string {
  if (sharp && !text.includes("`")) return `\`${text}\``;
  const escaped = JSON.stringify(text).replace(/\\u00([01][0-9a-f])/g, "\\x$1");
  if (!plus) return escaped;
  return escaped.replace(/[^\x20-\x7e]/gu, escapeCharacter);
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0)!.toString(16);
  if (code.length > 4) return `\\U${code.padStart(8, "0")}`;
  return `\\u${code.padStart(4, "0")}`;
}

const integerVerbs = "bcdoOqxXU";
const radixes: Readonly<Record<string, number>> = { b: 2, o: 8, O: 8, d: 10, x: 16, X: 16 };
const prefixes: Readonly<Record<string, string>> = { b: "0b", o: "0", O: "0o", x: "0x", X: "0X" };

function formatInteger(value: number, verb: string, layout: VerbLayout): string {
  if (verb === "c") return pad(characterOf(value), layout);
  if (verb === "q") return pad(`'${characterOf(value)}'`, layout);
  if (verb === "U") return pad(`U+${value.toString(16).toUpperCase().padStart(4, "0")}`, layout);
  const raw = BigInt(Math.abs(value))
    .toString(radixes[verb])
    .padStart(layout.precision ?? 0, "0");
  const digits = inCaseOf(verb, raw);
  const start = signOf(value, layout) + prefixOf(verb, layout);
  if (layout.precision !== undefined) return padWithSpaces(start + digits, layout);
  return padNumber(start, digits, layout);
}

function prefixOf(verb: string, { sharp }: VerbLayout): string {
  if (!sharp && verb !== "O") return "";
  return prefixes[verb] ?? "";
}

const characterOf = (code: number): string => (code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "\uFFFD");

function formatReal(value: number, verb: string, layout: VerbLayout): string {
  const magnitude = Math.abs(value);
  if (!Number.isFinite(value)) return padWithSpaces(formatFloat(value), layout);
  const digits = realDigits(magnitude, verb.toLowerCase(), layout.precision);
  return padNumber(signOf(value, layout), inCaseOf(verb, digits), layout);
}

function realDigits(magnitude: number, verb: string, precision: number | undefined): string {
  if (verb === "f") return magnitude.toFixed(Math.min(precision ?? 6, 100));
  if (verb === "e") return padExponent(magnitude.toExponential(Math.min(precision ?? 6, 100)));
  if (precision === undefined) return formatFloat(magnitude);
  const digits = Math.min(Math.max(precision, 1), 100);
  const exponential = magnitude.toExponential(digits - 1);
  const exponent = Number(exponential.split("e")[1]);
  const isPlain = exponent >= -4 && exponent < digits;
  const text = isPlain ? magnitude.toPrecision(digits) : exponential;
  return padExponent(text.replace(/(\.\d*?)0+(?=e|$)/, "$1").replace(/\.(?=e|$)/, ""));
}

/** A verb in upper case prints its digits in upper case, too. */
function inCaseOf(verb: string, digits: string): string {
  return "XEG".includes(verb) ? digits.toUpperCase() : digits;
}

function signOf(value: number, layout: VerbLayout): string {
  if (value < 0 || Object.is(value, -0)) return "-";
  if (layout.plus) return "+";
  return layout.space ? " " : "";
}

function padNumber(prefix: string, digits: string, layout: VerbLayout): string {
  if (!layout.zero) return pad(prefix + digits, layout);
  return prefix + digits.padStart(layout.width - prefix.length, "0");
}

function padWithSpaces(text: string, layout: VerbLayout): string {
  return pad(text, { ...layout, zero: false });
}

function pad(text: string, { width, minus, zero }: VerbLayout): string {
  const missing = Math.max(width - [...text].length, 0);
  if (minus) return text + " ".repeat(missing);
  return (zero ? "0" : " ").repeat(missing) + text;
}
