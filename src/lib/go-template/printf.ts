import { formatFloat, formatValue, isMap, padExponent, sortedKeys, typeName } from "./value.ts";

/**
 * Go's fmt.Sprintf over plain data. Mistakes do not fail but show in the output, as in Go: `%!d(string=hi)`.
 * Source: the package documentation of Go's fmt (facts only).
 */
export function sprintf(format: string, args: readonly unknown[]): string {
  const state: State = { args, next: 0, reordered: false };
  const text = format.replace(
    directive,
    (_whole, flags: string, width: string, precision: string, at: string, verb: string) => {
      if (verb === undefined || verb === "") return "%!(NOVERB)";
      if (verb === "%") return "%";
      return formatDirective({ flags, width, precision, at, verb }, state);
    },
  );
  const extra = state.reordered ? [] : args.slice(state.next);
  if (extra.length === 0) return text;
  return `${text}%!(EXTRA ${extra.map((arg) => `${typeName(arg)}=${formatValue(arg)}`).join(", ")})`;
}

const directive = /%([-+# 0]*)((?:\[\d+\])?\*|\d+)?(\.(?:(?:\[\d+\])?\*|\d*))?(\[\d+\])?([\s\S]?)/gu;

interface State {
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

interface Layout {
  readonly minus: boolean;
  readonly plus: boolean;
  readonly sharp: boolean;
  readonly space: boolean;
  readonly zero: boolean;
  readonly width: number;
  readonly precision: number | undefined;
}

function formatDirective(parts: Directive, state: State): string {
  const starWidth = takeStar(parts.width, state);
  const starPrecision = takeStar(parts.precision?.slice(1), state);
  if (starWidth === "bad") return "%!(BADWIDTH)";
  if (starPrecision === "bad") return "%!(BADPREC)";
  if (parts.at) seek(parts.at, state);
  if (state.next >= state.args.length || state.next < 0) return `%!${parts.verb}(${parts.at ? "BADINDEX" : "MISSING"})`;
  const width = starWidth ?? Number(parts.width ?? 0);
  const minus = parts.flags.includes("-") || width < 0;
  const layout: Layout = {
    minus,
    plus: parts.flags.includes("+"),
    sharp: parts.flags.includes("#"),
    space: parts.flags.includes(" "),
    zero: parts.flags.includes("0") && !minus,
    width: Math.abs(width),
    precision: parts.precision === undefined ? undefined : (starPrecision ?? Number(parts.precision.slice(1) || 0)),
  };
  return formatArgument(state.args[state.next++], parts.verb, layout);
}

function takeStar(part: string | undefined, state: State): number | "bad" | undefined {
  if (!part?.endsWith("*")) return undefined;
  if (part.startsWith("[")) seek(part, state);
  const value = state.args[state.next++];
  return typeof value === "number" && Number.isInteger(value) && Math.abs(value) <= 1e6 ? value : "bad";
}

function seek(index: string, state: State): void {
  state.reordered = true;
  state.next = parseInt(index.slice(1), 10) - 1;
}

function formatArgument(value: unknown, verb: string, layout: Layout): string {
  if (verb === "T") return pad(typeName(value), { ...layout, zero: false });
  if (verb === "v") return formatAny(value, layout);
  if (Array.isArray(value) && !"pT".includes(verb)) {
    return `[${value.map((item) => formatArgument(item, verb, layout)).join(" ")}]`;
  }
  if (isMap(value)) {
    return `map[${sortedKeys(value)
      .map((key) => `${formatArgument(key, verb, layout)}:${formatArgument(value[key], verb, layout)}`)
      .join(" ")}]`;
  }
  return formatScalar(value, verb, layout) ?? badVerb(value, verb);
}

function formatScalar(value: unknown, verb: string, layout: Layout): string | undefined {
  if (typeof value === "string") return formatString(value, verb, layout);
  if (typeof value === "boolean") return verb === "t" ? pad(String(value), { ...layout, zero: false }) : undefined;
  if (typeof value !== "number") return undefined;
  if (Number.isInteger(value) && integerVerbs.includes(verb)) return formatInteger(value, verb, layout);
  return "eEfFgG".includes(verb) ? formatReal(value, verb, layout) : undefined;
}

const badVerb = (value: unknown, verb: string): string =>
  value === null || value === undefined ? `%!${verb}(<nil>)` : `%!${verb}(${typeName(value)}=${formatValue(value)})`;

function formatAny(value: unknown, layout: Layout): string {
  if (layout.sharp) return pad(goSyntax(value), { ...layout, zero: false });
  if (typeof value === "number")
    return Number.isInteger(value) ? formatInteger(value, "d", layout) : formatReal(value, "g", layout);
  return pad(formatValue(value), { ...layout, zero: false });
}

function goSyntax(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(", ")}}`;
  if (!isMap(value)) return formatValue(value);
  return `map[string]interface {}{${sortedKeys(value)
    .map((key) => `${JSON.stringify(key)}:${goSyntax(value[key])}`)
    .join(", ")}}`;
}

function formatString(value: string, verb: string, layout: Layout): string | undefined {
  const characters = [...value];
  const cut = layout.precision === undefined ? value : characters.slice(0, layout.precision).join("");
  switch (verb) {
    case "s":
      return pad(cut, layout);
    case "q":
      return pad(layout.sharp && !cut.includes("`") ? `\`${cut}\`` : quote(cut, layout.plus), layout);
    case "x":
    case "X": {
      const bytes = [...Buffer.from(value, "utf8").subarray(0, layout.precision)];
      const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(layout.space ? " " : "");
      return pad((layout.sharp ? "0x" : "") + (verb === "X" ? hex.toUpperCase() : hex), layout);
    }
    default:
      return undefined;
  }
}

/** A Go string literal. `ascii` escapes everything beyond ASCII. */
function quote(text: string, ascii = false): string {
  const escaped = JSON.stringify(text).replace(/\\u00([01][0-9a-f])/g, "\\x$1");
  if (!ascii) return escaped;
  return escaped.replace(/[^\x20-\x7e]/gu, (character) => {
    const code = character.codePointAt(0)!.toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
  });
}

const integerVerbs = "bcdoOqxXU";
const radixes: Readonly<Record<string, number>> = { b: 2, o: 8, O: 8, d: 10, x: 16, X: 16 };
const prefixes: Readonly<Record<string, string>> = { b: "0b", o: "0", O: "0o", x: "0x", X: "0X" };

function formatInteger(value: number, verb: string, layout: Layout): string {
  if (verb === "c") return pad(characterOf(value), layout);
  if (verb === "q") return pad(`'${characterOf(value)}'`, layout);
  if (verb === "U") return pad(`U+${value.toString(16).toUpperCase().padStart(4, "0")}`, layout);
  const raw = BigInt(Math.abs(value))
    .toString(radixes[verb])
    .padStart(layout.precision ?? 0, "0");
  const digits = verb === "X" ? raw.toUpperCase() : raw;
  const prefix = layout.sharp || verb === "O" ? (prefixes[verb] ?? "") : "";
  return padNumber(
    signOf(value, layout) + prefix,
    digits,
    layout.precision === undefined ? layout : { ...layout, zero: false },
  );
}

const characterOf = (code: number): string => (code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : "\uFFFD");

function formatReal(value: number, verb: string, layout: Layout): string {
  const magnitude = Math.abs(value);
  if (!Number.isFinite(value)) return pad(formatFloat(value), { ...layout, zero: false });
  const digits = realDigits(magnitude, verb.toLowerCase(), layout.precision);
  return padNumber(signOf(value, layout), verb === "E" || verb === "G" ? digits.toUpperCase() : digits, layout);
}

function realDigits(magnitude: number, verb: string, precision: number | undefined): string {
  if (verb === "f") return magnitude.toFixed(Math.min(precision ?? 6, 100));
  if (verb === "e") return padExponent(magnitude.toExponential(Math.min(precision ?? 6, 100)));
  if (precision === undefined) return formatFloat(magnitude);
  const digits = Math.min(Math.max(precision, 1), 100);
  const exponent = magnitude === 0 ? 0 : Number(magnitude.toExponential(digits - 1).split("e")[1]);
  const plain =
    exponent < -4 || exponent >= digits ? magnitude.toExponential(digits - 1) : magnitude.toPrecision(digits);
  return padExponent(plain.replace(/(\.\d*?)0+(?=e|$)/, "$1").replace(/\.(?=e|$)/, ""));
}

function signOf(value: number, layout: Layout): string {
  if (value < 0 || Object.is(value, -0)) return "-";
  return layout.plus ? "+" : layout.space ? " " : "";
}

function padNumber(prefix: string, digits: string, layout: Layout): string {
  if (!layout.zero) return pad(prefix + digits, layout);
  return prefix + digits.padStart(layout.width - prefix.length, "0");
}

function pad(text: string, layout: Layout): string {
  const missing = layout.width - [...text].length;
  if (missing <= 0) return text;
  return layout.minus ? text + " ".repeat(missing) : (layout.zero ? "0" : " ").repeat(missing) + text;
}
