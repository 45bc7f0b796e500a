import { didYouMean } from "../lib/did-you-mean.ts";
import { GoTemplateError } from "../lib/go-template/error.ts";
import type { Diagnostic } from "../language/diagnostic.ts";
import type { SourceRange } from "../language/source.ts";
import type { Component } from "../sdk/component.ts";
import type { RenderTemplate } from "../sdk/late-template.ts";
import { decode, UNKNOWN_ARGUMENT } from "../sdk/schema/decode.ts";
import { fieldMeta } from "../sdk/schema/field.ts";
import type { ConfigIssue } from "../sdk/schema/schema.ts";
import type { ArgumentPath, GivenArguments } from "./given-arguments.ts";
import { asSentence, error } from "./diagnostics.ts";
import { RefusedFunction, type InterpolationScope, type Interpolator } from "./interpolate/interpolator.ts";
import type { DecodedComponent } from "./model.ts";
import { rangeWithin } from "./range-within.ts";

export interface ComponentInput {
  readonly component: Component;
  readonly args: GivenArguments;
  /** The header of the block: where the message goes when nothing nearer is known. */
  readonly header: SourceRange | undefined;
  readonly interpolator: Interpolator;
  readonly scope: InterpolationScope;
  /** Legacy JSON: strings stand for lists and numbers. */
  readonly weak: boolean;
  /** Names the block may hold beside the component's own arguments. */
  readonly metaArguments: Iterable<string>;
}

/** Issues found after decoding (files that are missing) as diagnostics in the text. */
export function diagnoseIssues(issues: readonly ConfigIssue[], given: ComponentInput): readonly Diagnostic[] {
  return issues.map((issue) => diagnosticOf(issue, given, new Map()));
}

/** Hop 3 of a parameter: the arguments of a block become the configuration of its component, or diagnostics in the text. */
export function decodeComponent(given: ComponentInput): DecodedComponent {
  const { component, args, interpolator, scope, weak } = given;
  const templates = checkTemplates(given);
  const failures = new Map<string, GoTemplateError>();
  const late = interpolator.late(scope);
  const render: RenderTemplate = (text, values) => {
    try {
      return late(text, values);
    } catch (failure) {
      const cause = failure instanceof Error ? failure.cause : undefined;
      if (!(cause instanceof GoTemplateError)) throw failure;
      failures.set(text, cause);
      throw cause;
    }
  };
  const options = { render, weak, isSensitive: args.isSensitive };
  // Late templates outlive this call and fail in the words of a run.
  const { config, issues } = decode(component.schema, templates.input, {
    ...options,
    render: renderWith(render, late),
  });
  const diagnostics = issues.map((issue) => diagnosticOf(issue, given, failures));
  return { config, diagnostics: [...args.diagnostics, ...templates.diagnostics, ...diagnostics] };
}

/** Early rendering passes no values; components that render late pass theirs. */
function renderWith(early: RenderTemplate, late: RenderTemplate): RenderTemplate {
  return (text, values) => (Object.keys(values).length === 0 ? early : late)(text, values);
}

interface Checked {
  readonly input: Readonly<Record<string, unknown>>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reports `{{ }}` that cannot be parsed, and puts off what waits for the machine. */
function checkTemplates(given: ComponentInput): Checked {
  const { args, interpolator, scope } = given;
  const diagnostics: Diagnostic[] = [];
  const visit = (value: unknown, path: ArgumentPath): unknown => {
    if (typeof value === "string") {
      if (!value.includes("{{")) return value;
      const failure = interpolator.check(value);
      if (failure) diagnostics.push(invalidTemplate(failure, value, path, given));
      return failure || (scope.data === undefined && interpolator.needsData(value)) ? UNKNOWN_ARGUMENT : value;
    }
    if (Array.isArray(value)) return mapUnchanged(value, (item, index) => visit(item, [...path, index]));
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).map(([key, item]) => [key, visit(item, [...path, key])] as const);
    return Object.fromEntries(entries);
  };
  return { input: visit(args.input, []) as Record<string, unknown>, diagnostics };
}

const mapUnchanged = (items: readonly unknown[], change: (item: unknown, index: number) => unknown): unknown[] =>
  items.map(change);

function invalidTemplate(
  failure: GoTemplateError,
  text: string,
  path: ArgumentPath,
  given: ComponentInput,
): Diagnostic {
  const range = given.args.rangeOf(path, "value");
  const subject = range && rangeWithin(range, text, failure.offset, failure.end);
  // A failing function was meant; braces that are not understood may be somebody else's (docker inspect -f '{{…}}').
  const wasMeant = failure.cause !== undefined || failure instanceof RefusedFunction;
  const hint = wasMeant ? "" : ' To write "{{" itself, use {{ "{{" }}.';
  const detail = `${asSentence(failure.message)}${hint}`;
  return error("invalid-template", "Invalid template", detail, subject ?? given.header, { context: range });
}

function diagnosticOf(
  issue: ConfigIssue,
  given: ComponentInput,
  failures: ReadonlyMap<string, GoTemplateError>,
): Diagnostic {
  const { path, severity, code, summary } = issue;
  if (code === "invalid-template") {
    const text = valueAt(given.args.input, path);
    const failure = typeof text === "string" ? failures.get(text) : undefined;
    if (failure) return invalidTemplate(failure, text as string, path, given);
  }
  const atName = code === "unknown-argument" || code === "deprecated-argument";
  const subject = given.args.rangeOf(path, atName ? "name" : "value") ?? ownerRange(path, given);
  return { severity, code, summary, detail: refineDetail(issue, given), subject };
}

/** The nearest enclosing thing that is in the text, for an argument that is missing. */
function ownerRange(path: ArgumentPath, { args, header }: ComponentInput): SourceRange | undefined {
  for (let length = path.length - 1; length > 0; length--) {
    const range = args.rangeOf(path.slice(0, length), "name");
    if (range) return range;
  }
  return header;
}

/** What the schema cannot know: the template's own arguments, and whether something was written as a block. */
function refineDetail({ code, path, detail }: ConfigIssue, { component, args, metaArguments }: ComponentInput): string {
  const [name] = path;
  if (code === "unknown-argument" && path.length === 1 && !detail.includes("Did you mean")) {
    return `${detail}${didYouMean(String(name), metaArguments)}`;
  }
  if (code !== "invalid-argument" || path.length !== 1) return detail;
  const field = component.schema.object.shape[String(name)];
  const value = args.input[String(name)];
  if (!field || !isBlockList(value) || fieldMeta(field as never).fieldKind !== "map") return detail;
  return `"${name}" is an argument, not a block. Write it with an equals sign: ${name} = { … }.`;
}

const isBlockList = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === "object" && item !== null && !Array.isArray(item));

function valueAt(input: unknown, path: ArgumentPath): unknown {
  return path.reduce<unknown>((value, step) => (value as Record<string | number, unknown> | undefined)?.[step], input);
}
