import { nearest } from "../lib/did-you-mean.ts";
import { GoTemplateError } from "../lib/go-template/error.ts";
import type { Diagnostic } from "../language/diagnostic.ts";
import type { Span } from "../lib/go-template/ast.ts";
import type { SourceRange } from "../language/source.ts";
import type { Component } from "../sdk/component.ts";
import type { RenderTemplate } from "../sdk/late-template.ts";
import { decode } from "../sdk/schema/decode.ts";
import { UNKNOWN_ARGUMENT } from "../sdk/schema/decode-state.ts";
import { fieldMeta } from "../sdk/schema/field.ts";
import type { ConfigIssue } from "../sdk/schema/schema.ts";
import { blocksWrittenAsMaps } from "./block-as-map.ts";
import { editsOf } from "./edits-of.ts";
import type { ArgumentPath, GivenArguments } from "./given-arguments.ts";
import { isOfBuild } from "./messages/blocks.ts";
import { invalidTemplate } from "./messages/components.ts";
import { RefusedFunction, type InterpolationScope, type Interpolator } from "./interpolate/interpolator.ts";
import type { DecodedComponent } from "./model.ts";
import { rangeWithin } from "./range-within.ts";
import { placedAtCause } from "./placed-at-cause.ts";
import { variablesInPlace } from "./user-calls-in-hcl2.ts";

export interface ComponentInput {
  readonly component: Component;
  readonly args: GivenArguments;
  /** The header of the block: where a message points when nothing nearer is known. */
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

/**
 * Hop 3 of a parameter: the arguments of a block become the configuration of its component, or diagnostics in the text.
 */
export function decodeComponent(given: ComponentInput): DecodedComponent {
  const decoded = decodeArguments(given);
  const { override } = given.args;
  if (!override || decoded.diagnostics.length === 0) return decoded;
  const { diagnostics: ofSource } = decodeArguments({ ...given, args: override.base });
  const diagnostics = decoded.diagnostics.map((found) => placedAtCause(found, ofSource, override));
  return { ...decoded, diagnostics };
}

function decodeArguments(given: ComponentInput): DecodedComponent {
  const { component, args, interpolator, scope, weak } = given;
  const templates = checkTemplates(given);
  const failures = new Map<string, GoTemplateError>();
  const late = interpolator.late(scope);
  const early = rememberFailures(late, failures);
  const { config, issues } = decode(component.schema, templates.input, {
    weak,
    isSensitive: args.isSensitive,
    // Early rendering passes no values. Late templates outlive this call, are given theirs, and fail as errors of the run.
    render: (text, values) => (Object.keys(values).length === 0 ? early : late)(text, values),
    unknownNames: (text, names) => interpolator.unknownNames(text, names),
  });
  const diagnostics = blocksWrittenAsMaps(issues, given).map((issue) => diagnosticOf(issue, given, failures));
  return { config, diagnostics: [...args.diagnostics, ...templates.diagnostics, ...diagnostics] };
}

/** Throws the error of the `{{ }}` itself, and remembers it under the text that failed. */
function rememberFailures(render: RenderTemplate, failures: Map<string, GoTemplateError>): RenderTemplate {
  return (text, values) => {
    try {
      return render(text, values);
    } catch (failure) {
      const cause = failure instanceof Error ? failure.cause : undefined;
      if (!(cause instanceof GoTemplateError)) throw failure;
      failures.set(text, cause);
      throw cause;
    }
  };
}

interface Checked {
  readonly input: Readonly<Record<string, unknown>>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reports `{{ }}` that cannot be parsed, and postpones what depends on the machine. */
function checkTemplates(given: ComponentInput): Checked {
  const { component, args, interpolator, scope } = given;
  if (component.rendersTemplates) return { input: args.input, diagnostics: [] };
  const diagnostics: Diagnostic[] = [];
  const checkText = (text: string, path: ArgumentPath): unknown => {
    if (!text.includes("{{")) return text;
    const failure = interpolator.check(text, scope);
    if (failure) diagnostics.push(explainFailure({ failure, text, path }, given));
    const isUnknown = failure !== undefined || (scope.data === undefined && interpolator.needsData(text));
    return isUnknown ? UNKNOWN_ARGUMENT : text;
  };
  const input = mapTexts(args.input, [], checkText);
  return { input: input as Record<string, unknown>, diagnostics };
}

/** A copy of plain data with every text in it changed. */
function mapTexts(value: unknown, path: ArgumentPath, change: (text: string, path: ArgumentPath) => unknown): unknown {
  if (typeof value === "string") return change(value, path);
  if (typeof value !== "object" || value === null) return value;
  const changed = (item: unknown, step: string | number) => mapTexts(item, [...path, step], change);
  if (Array.isArray(value)) return value.map(changed);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, changed(item, key)]));
}

interface FailedTemplate {
  readonly failure: GoTemplateError;
  readonly text: string;
  readonly path: ArgumentPath;
}

function explainFailure({ failure, text, path }: FailedTemplate, { args, header }: ComponentInput): Diagnostic {
  const range = args.rangeOf(path, "value");
  const subject = range && rangeWithin(range, text, failure);
  // A function that fails was meant for us; braces that do not parse may be meant for another program (docker inspect -f).
  const wasMeant = failure.cause !== undefined || failure instanceof RefusedFunction;
  const hint = wasMeant ? "" : ' To write "{{" itself, use {{ "{{" }}.';
  const found = invalidTemplate(failure.message, { subject: subject ?? header, context: range }, hint);
  const edits = range && failure instanceof RefusedFunction ? variablesInPlace(range, text) : undefined;
  return edits ? { ...found, edits } : found;
}

/** Issues about the argument itself rather than about its value. */
const aboutName: ReadonlySet<string> = new Set(["unknown-argument", "deprecated-argument", "block-as-argument"]);

function diagnosticOf(
  issue: ConfigIssue,
  given: ComponentInput,
  failures: ReadonlyMap<string, GoTemplateError>,
): Diagnostic {
  const { path, severity, code, summary } = issue;
  const text = valueAt(given.args.input, path);
  const failure = code === "invalid-template" && typeof text === "string" && failures.get(text);
  if (failure) return explainFailure({ failure, text, path }, given);
  const part = aboutName.has(code) ? "name" : "value";
  const range = given.args.rangeOf(path, part);
  const subject = range && issue.within && typeof text === "string" ? within(range, text, issue.within) : range;
  return {
    severity,
    code,
    summary,
    detail: refineDetail(issue, given),
    subject: subject ?? ownerRange(path, given),
    edits: fixFor(issue, given),
  };
}

function fixFor(issue: ConfigIssue, given: ComponentInput): Diagnostic["edits"] {
  if (issue.fix) return editsOf(issue, issue.fix, given.args);
  if (issue.code !== "unknown-argument" || issue.path.length !== 1 || issue.meant !== undefined) return;
  const meant = metaArgument(String(issue.path[0]), given);
  return meant === undefined ? undefined : editsOf(issue, { kind: "replace", part: "name", text: meant }, given.args);
}

const within = (range: SourceRange, text: string, { start, end }: Span): SourceRange =>
  rangeWithin(range, text, { offset: start, end });

/** The nearest enclosing thing that is in the text, for an argument that is missing. */
function ownerRange(path: ArgumentPath, { args, header }: ComponentInput): SourceRange | undefined {
  for (let length = path.length - 1; length > 0; length--) {
    const range = args.rangeOf(path.slice(0, length), "name");
    if (range) return range;
  }
  return header;
}

/** Adds what the schema cannot know: the template's own arguments, and whether something was written as a block. */
function refineDetail({ code, path, detail, meant: known }: ConfigIssue, given: ComponentInput): string {
  if (path.length !== 1) return detail;
  const name = String(path[0]);
  if (code === "unknown-argument" && given.component.kind === "builder" && isOfBuild(name)) {
    return `A "${name}" belongs in a build block, beside the sources it is for: build { sources = […] ${name} … }.`;
  }
  if (code === "unknown-argument" && known === undefined) {
    const meant = metaArgument(name, given);
    return meant === undefined ? `${detail}${noteOn(name, given)}` : `${detail} Did you mean "${meant}"?`;
  }
  if (code !== "invalid-argument" || !isMapWrittenAsBlock(name, given)) return detail;
  return `"${name}" is an argument, not a block. Write it with an equals sign: ${name} = { … }.`;
}

/** The meta-argument that may have been meant. */
const metaArgument = (name: string, { metaArguments }: ComponentInput): string | undefined =>
  nearest(name, metaArguments);

/** What other tools have and templates have not, and what has its place elsewhere. */
function noteOn(name: string, { args }: ComponentInput): string {
  if (TOP_BLOCKS.has(name)) return isBlockList(args.input[name]) ? ` ${AT_TOP}` : "";
  return Object.hasOwn(OF_OTHERS, name) ? ` ${OF_OTHERS[name]}` : "";
}

const TOP_BLOCKS: ReadonlySet<string> = new Set(["build", "source", "data", "locals", "variable"]);
const AT_TOP =
  "That is a block of its own: the block before it lacks its closing brace, or it stands one level too deep.";

const OF_OTHERS: Readonly<Record<string, string>> = {
  count: "For several of one kind, use for_each.",
  depends_on: "Steps run in the order in which they are written.",
  lifecycle: "That is Terraform's.",
  when: "Use only, except or enabled.",
  if: "Use only, except or enabled.",
  only: "It belongs in a provisioner or post-processor; builds are chosen with -only.",
  except: "It belongs in a provisioner or post-processor; builds are chosen with -except.",
};

function isMapWrittenAsBlock(name: string, { component, args }: ComponentInput): boolean {
  const field = component.schema.object.shape[name];
  return field !== undefined && isBlockList(args.input[name]) && fieldMeta(field as never).fieldKind === "map";
}

const isBlockList = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === "object" && item !== null && !Array.isArray(item));

/** Undefined where the path leads nowhere. */
function valueAt(input: unknown, path: ArgumentPath): unknown {
  return path.reduce<unknown>((value, step) => (value as Record<string | number, unknown> | undefined)?.[step], input);
}
