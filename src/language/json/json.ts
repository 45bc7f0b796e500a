import type { SourceRange } from "../source.ts";

/** A JSON text as a tree that forgets nothing: order, places, duplicate names, digits. */
export type JsonNode = JsonObject | JsonArray | JsonString | JsonNumber | JsonBoolean | JsonNull | JsonError;

export interface JsonObject {
  readonly kind: "object";
  /** In source order, duplicates included. */
  readonly properties: readonly JsonProperty[];
  readonly range: SourceRange;
}
export interface JsonProperty {
  readonly name: string;
  /** With the quotes. */
  readonly nameRange: SourceRange;
  readonly value: JsonNode;
  readonly range: SourceRange;
}
export interface JsonArray {
  readonly kind: "array";
  readonly items: readonly JsonNode[];
  readonly range: SourceRange;
}
export interface JsonString {
  readonly kind: "string";
  readonly value: string;
  /** With the quotes. */
  readonly range: SourceRange;
}
/** `text` is the number as written, so that no digit is lost. */
export interface JsonNumber {
  readonly kind: "number";
  readonly text: string;
  readonly range: SourceRange;
}
export interface JsonBoolean {
  readonly kind: "boolean";
  readonly value: boolean;
  readonly range: SourceRange;
}
export interface JsonNull {
  readonly kind: "null";
  readonly range: SourceRange;
}
/** Stands where no value could be read (already reported). */
export interface JsonError {
  readonly kind: "error";
  readonly range: SourceRange;
}
