import { ProtocolError } from "./wire-error.ts";

/**
 * What MessagePack can carry between us and a plugin. Text and bytes are different things here (`str` and `bin`), as
 * plugins take bytes in a configuration for an encoded cty value. Integers that a double cannot hold are bigints.
 */
export type WireValue = null | boolean | number | bigint | string | Uint8Array | Date | readonly WireValue[] | WireMap;

export interface WireMap {
  readonly [key: string]: WireValue;
}

/** The entries of a map. A nil pointer to a struct arrives as nil, and counts as a map without entries. */
export function asMap(value: WireValue | undefined, what: string): WireMap {
  if (value === null || value === undefined) return {};
  if (isMap(value)) return value;
  throw new ProtocolError(`${what} is not a map`);
}

/** Text; older codecs send it as bytes. Nil is empty text, as in Go. */
export function asText(value: WireValue | undefined, what: string): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("utf8");
  throw new ProtocolError(`${what} is not text`);
}

/** Bytes; older codecs send them in the format of text. */
export function asBytes(value: WireValue | undefined, what: string): Buffer {
  if (value === null || value === undefined) return Buffer.alloc(0);
  if (typeof value === "string") return Buffer.from(value);
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.length);
  throw new ProtocolError(`${what} is not bytes`);
}

/** An integer of 0 or more. Some codecs send whole numbers as floats. */
export function asCount(value: WireValue | undefined, what: string): number {
  if (value === null || value === undefined) return 0;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new ProtocolError(`${what} is not a whole number of 0 or more`);
}

export function asFlag(value: WireValue | undefined): boolean {
  return value === true;
}

/** A list of texts; a nil slice is empty. */
export function asTexts(value: WireValue | undefined, what: string): readonly string[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.map((item: WireValue) => asText(item, what));
  throw new ProtocolError(`${what} is not a list`);
}

/** The text of a Go error that travels as `{ Message }`; `undefined` for none. */
export function asErrorText(value: WireValue | undefined, what: string): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "string") return value;
  return asText(asMap(value, what)["Message"], what);
}

export function isMap(value: WireValue | undefined): value is WireMap {
  if (typeof value !== "object" || value === null) return false;
  return !Array.isArray(value) && !(value instanceof Uint8Array) && !(value instanceof Date);
}
