import type * as z from "zod";
import { fieldMeta } from "../../sdk/schema/field.ts";
import type { Schema } from "../../sdk/schema/schema.ts";
import { isRecord, type JsonRecord } from "../fix/legacy-document.ts";
import { quoteHcl } from "./hcl-text.ts";
import type { TranslationContext } from "./translate-call.ts";
import { translateText } from "./translate-text.ts";

export interface WriteContext extends TranslationContext {
  /** Told of actions that stayed although HCL2 templates cannot run them. */
  readonly onUntranslated: (names: readonly string[]) => void;
  /** Whether a variable may be "", which in JSON templates stands for an argument that is not set. */
  readonly mayBeBlank: (reference: string) => boolean;
}

/** Lines of HCL for the arguments of a component. `schema` says what is a block, a list …; without one the shape of the data does. */
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
    const items = blockItems(value, meta?.fieldKind);
    if (value === null || (meta && value === "" && blankMeansUnset.has(meta.fieldKind))) continue;
    if (items) {
      for (const item of items) blocks.push("", `${name} {`, ...writeBody(item, meta?.nested, context), "}");
    } else if (meta?.fieldKind === "list" && typeof value === "string") {
      attributes.push(`${name} = ${writeList(value, context)}`);
    } else attributes.push(`${name} = ${writeArgument(value, meta?.fieldKind, context)}`);
  }
  return [...attributes, ...blocks];
}

const blankMeansUnset: ReadonlySet<string> = new Set(["flag", "integer", "number", "duration", "list", "map"]);

/** The objects that become blocks: as the schema says, or every list of objects, or an object that holds more than texts. */
function blockItems(value: unknown, kind: string | undefined): readonly JsonRecord[] | undefined {
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  if (list.length === 0 || !list.every(isRecord)) return undefined;
  if (kind !== undefined) return kind === "block" || kind === "blocks" ? list : undefined;
  if (Array.isArray(value)) return list;
  return list.every((item) => Object.values(item).some((inner) => typeof inner === "object" && inner !== null))
    ? list
    : undefined;
}

/** Where text is not expected, an empty one means that the argument is not set. */
function writeArgument(value: unknown, kind: string | undefined, context: WriteContext): string {
  const source = writeValue(value, context);
  const isBlankable = kind !== undefined && blankMeansUnset.has(kind) && context.mayBeBlank(source);
  return isBlankable ? `${source} == "" ? null : ${source}` : source;
}

/** JSON templates may write a list as "a,b". */
function writeList(text: string, context: WriteContext): string {
  if (!text.includes("{{")) return writeValue(text === "" ? [] : text.split(",").map((item) => item.trim()), context);
  return `split(",", ${writeValue(text, context)})`;
}

/** JSON data as an HCL expression. */
export function writeValue(value: unknown, context: WriteContext): string {
  if (typeof value === "string") return writeText(value, context);
  if (Array.isArray(value)) {
    const items = value.map((item) => writeValue(item, context));
    const isLong = items.join(", ").length > 80;
    return isLong ? `[\n${items.map((item) => `${item},\n`).join("")}]` : `[${items.join(", ")}]`;
  }
  if (!isRecord(value)) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, item]) => `${writeKey(key)} = ${writeValue(item, context)}\n`);
  return entries.length === 0 ? "{}" : `{\n${entries.join("")}}`;
}

export function writeText(text: string, context: WriteContext): string {
  const { source, untranslated } = translateText(text, context);
  if (untranslated.length > 0) context.onUntranslated(untranslated);
  return source;
}

const writeKey = (key: string): string => (/^[\p{ID_Start}_][\p{ID_Continue}-]*$/u.test(key) ? key : quoteHcl(key));
