import { findElement, parseXml, type XmlElement } from "../../../lib/xml.ts";

/** The server understood the question and said no. */
export class WsmanFault extends Error {
  override readonly name = "WsmanFault";
  /** Windows' code, where it gave one; see `faultCodes`. */
  readonly code: number | undefined;
  /** The standard's code: `TimedOut`, `AccessDenied`, `EncodingLimit`. */
  readonly subcode: string;

  constructor(code: number | undefined, subcode: string, message: string) {
    super(message);
    this.code = code;
    this.subcode = subcode;
  }
}

/** The fault in an answer; `undefined` where it is none. */
export function faultOf(envelope: XmlElement): WsmanFault | undefined {
  const fault = findElement(envelope, "Fault");
  if (fault === undefined) return undefined;
  const windows = findElement(fault, "WSManFault");
  const code = Number(windows?.attributes["Code"]);
  const subcode = findElement(findElement(fault, "Subcode") ?? fault, "Value")?.text.trim() ?? "";
  return new WsmanFault(
    Number.isInteger(code) ? code : undefined,
    subcode.slice(subcode.indexOf(":") + 1),
    reasonOf(fault, windows),
  );
}

/** The longest of the texts says most: providers nest their own message inside of a general one. */
function reasonOf(fault: XmlElement, windows: XmlElement | undefined): string {
  const reason = findElement(findElement(fault, "Reason") ?? fault, "Text")?.text;
  const message = windows === undefined ? undefined : findElement(windows, "Message");
  const inner = message === undefined ? undefined : textBelow(message);
  const text = (inner !== undefined && inner.trim() !== "" ? inner : reason) ?? "no reason was given";
  return text.replace(/\s+/g, " ").trim();
}

function textBelow(element: XmlElement): string {
  return [element.text, ...element.children.map(textBelow)].join(" ");
}

/** As `parseXml`, but `undefined` for what is not XML. */
export function parseEnvelope(text: string): XmlElement | undefined {
  try {
    return parseXml(text);
  } catch {
    return undefined;
  }
}
