import type * as z from "zod";
import { fieldMeta } from "../../sdk/schema/field.ts";
import type { Schema } from "../../sdk/schema/schema.ts";
import { isRecord, type JsonRecord } from "../fix/legacy-document.ts";
import { isIdentifier, quoteHcl } from "./hcl-text.ts";
import type { TranslationContext } from "./translate-call.ts";
import { translateText } from "./translate-text.ts";

export interface WriteContext extends TranslationContext {
  /** Called with actions that stayed although HCL2 templates cannot run them. */
  readonly onUntranslated: (names: readonly string[]) => void;
  /** Whether a variable may be "", which in JSON templates stands for an argument that is not set. */
  readonly mayBeBlank: (reference: string) => boolean;
}

/**
 * Lines of HCL for the arguments of a component. `schema` says what is a block, a list …; without one the shape of the
 * data does.
 */
export function writeBody(
  args: JsonRecord,
  schema: Schema<unknown> | undefined,
  context: WriteContext,
): readonly string[] {
  const attributes: string[] = [];
  const blocks: string[] = [];
  for (const [name, value] of Object.entries(args)) {
    const field = schema?.object.shape[name] as z.ZodType | undefined;
    const meta = field && fieldMeta(field);
    if (isUnset(value, meta?.fieldKind)) continue;
    const items = blockItems(value, meta?.fieldKind);
    if (!items) attributes.push(`${name} = ${writeArgument(value, meta?.fieldKind, context)}`);
    for (const item of items ?? []) blocks.push("", `${name} {`, ...writeBody(item, meta?.nested, context), "}");
  }
  return [...attributes, ...blocks];
}

/** Kinds of argument for which an empty text in JSON means that there is none. */
const blankMeansUnset: ReadonlySet<string> = new Set(["flag", "integer", "number", "duration", "list", "map"]);

function isUnset(value: unknown, kind: string | undefined): boolean {
  return value === null || (value === "" && kind !== undefined && blankMeansUnset.has(kind));
}

/**
 * The objects that become blocks: as the schema says, or every list of objects, or an object that holds more than
 * texts.
 */
function blockItems(value: unknown, kind: string | undefined): readonly JsonRecord[] | undefined {
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  if (list.length === 0 || !list.every(isRecord)) return undefined;
  const areBlocks = kind === undefined ? looksLikeBlocks(value, list) : blockKinds.has(kind);
  return areBlocks ? list : undefined;
}

const blockKinds: ReadonlySet<string> = new Set(["block", "blocks"]);

function looksLikeBlocks(value: unknown, list: readonly JsonRecord[]): boolean {
  return Array.isArray(value) || list.every((item) => Object.values(item).some(isStructure));
}

const isStructure = (value: unknown): boolean => typeof value === "object" && value !== null;

function writeArgument(value: unknown, kind: string | undefined, context: WriteContext): string {
  if (kind === "list" && typeof value === "string") return writeList(value, context);
  const source = writeValue(value, context);
  const isBlankable = kind !== undefined && blankMeansUnset.has(kind) && context.mayBeBlank(source);
  return isBlankable ? `${source} == "" ? null : ${source}` : source;
}

/** JSON templates may write a list as "a,b". */
function writeList(text: string, context: WriteContext): string {
  if (text.includes("{{")) return `split(",", ${writeValue(text, context)})`;
  if (text === "") return writeValue([], context);
  const items = text.split(",").map((item) => item.trim());
  return writeValue(items, context);
}

/** JSON data as an HCL expression. */
export function writeValue(value: unknown, context: WriteContext): string {
  if (typeof value === "string") return writeText(value, context);
  if (Array.isArray(value)) return writeTuple(value.map((item) => writeValue(item, context)));
  if (!isRecord(value)) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${writeKey(key)} = ${writeValue(item, context)}\n`);
  return entries.length === 0 ? "{}" : `{\n${entries.join("")}}`;
}

/** A list of this width or less stands on one line. */
const WIDEST_LIST = 80;

function writeTuple(items: readonly string[]): string {
  const inline = items.join(", ");
  if (inline.length <= WIDEST_LIST) return `[${inline}]`;
  const lines = items.map((item) => `${item},\n`);
  return `[\n${lines.join("")}]`;
}

export function writeText(text: string, context: WriteContext): string {
  const { source, untranslated } = translateText(text, context);
  if (untranslated.length > 0) context.onUntranslated(untranslated);
  return source;
}

function writeKey(key: string): string {
  if (isIdentifier(key)) return key;
  return quoteHcl(key);
}
