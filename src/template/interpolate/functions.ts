import { randomUUID } from "node:crypto";
import type { TemplateFunctions } from "../../lib/go-template/execute.ts";
import type { TemplateFunction } from "../../lib/go-template/value.ts";
import { formatGoTime } from "../../lib/go-time.ts";
import { strftime } from "../../lib/strftime.ts";
import { COMPATIBLE_PACKER_VERSION } from "../../lib/packer-version.ts";

/** The environment of the functions of `{{ }}`: the same for a whole run. */
export interface InterpolationEnvironment {
  readonly startTime: Date;
  readonly cwd: string;
  /** Of the template, absolute. */
  readonly templateDirectory: string;
}

/** The functions of `{{ }}` that do not depend on a build. */
export function commonFunctions({ startTime, cwd, templateDirectory }: InterpolationEnvironment): TemplateFunctions {
  return new Map<string, TemplateFunction>([
    ["timestamp", () => String(Math.floor(startTime.getTime() / 1000))],
    ["isotime", (layout) => formatGoTime(startTime, layout === undefined ? "2006-01-02T15:04:05Z07:00" : text(layout))],
    ["strftime", (format) => strftime(startTime, text(format))],
    ["uuid", () => randomUUID()],
    ["pwd", () => cwd],
    ["template_dir", () => templateDirectory],
    ["packer_version", () => COMPATIBLE_PACKER_VERSION],
    ["lower", (subject) => text(subject).toLowerCase()],
    ["upper", (subject) => text(subject).toUpperCase()],
    ["split", split],
    ["replace", replace],
    ["replace_all", (from, to, subject) => text(subject).replaceAll(text(from), () => text(to))],
    ["clean_resource_name", cleanResourceName],
    ["clean_ami_name", cleanResourceName],
    ["clean_image_name", cleanResourceName],
    ["sed", refuse("it was removed from Packer; use replace or replace_all")],
  ]);
}

function text(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new Error("an argument is missing or is not text");
}

function number(value: unknown): number {
  const found = Number(value);
  if (!Number.isInteger(found)) throw new Error("a whole number is needed");
  return found;
}

function split(subject: unknown, separator: unknown, index: unknown): string {
  const parts = text(subject).split(text(separator));
  const part = parts[number(index)];
  if (part === undefined) throw new Error(`there are ${parts.length} parts, none with the index ${number(index)}`);
  return part;
}

/** Replaces the first `count` occurrences; a negative count means all. */
function replace(from: unknown, to: unknown, count: unknown, subject: unknown): string {
  const limit = number(count);
  const pieces = text(subject).split(text(from));
  if (limit < 0 || limit >= pieces.length - 1) return pieces.join(text(to));
  return [pieces.slice(0, limit + 1).join(text(to)), ...pieces.slice(limit + 1)].join(text(from));
}

/** Every character that an AMI name may not contain becomes `-`. */
const cleanResourceName: TemplateFunction = (name) => text(name).replace(/[^A-Za-z0-9()[\] ./'@_-]/g, "-");

function refuse(why: string): TemplateFunction {
  return () => {
    throw new Error(why);
  };
}
