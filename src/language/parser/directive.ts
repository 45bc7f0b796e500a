import type { TemplateIf, TemplatePart } from "../ast.ts";
import { nestingTooDeep } from "../messages/expression-messages.ts";
import { strayDirective, unclosedDirective } from "../messages/template-messages.ts";
import { MAX_NESTING, type Parser } from "./parser.ts";
import type { DirectiveSegment, Segment } from "./segment.ts";

/** Nests the directives of a template and joins adjacent texts. Leaves the height of the tree in `parser`. */
export function buildParts(parser: Parser, segments: readonly Segment[]): TemplatePart[] {
  const root: OpenDirective = { parts: [], opener: undefined, inElse: false, before: [] };
  const stack: OpenDirective[] = [root];
  let deepest = 0;
  for (const segment of segments) {
    const frame = stack[stack.length - 1]!;
    switch (segment.kind) {
      case "text":
        addText(frame.parts, segment.text, segment.range);
        break;
      case "interpolation":
        frame.parts.push({ kind: "interpolation", expression: segment.expression, range: segment.range });
        break;
      case "invalid":
        break;
      case "if":
      case "for":
        stack.push({ parts: [], opener: segment, inElse: false, before: [] });
        deepest = Math.max(deepest, stack.length + parser.depth + segment.height);
        break;
      default:
        closeDirective(parser, stack, segment);
    }
  }
  for (const frame of stack.splice(1)) parser.reportAside(unclosedDirective(frame.opener!.kind, frame.opener!.range));
  parser.height = Math.max(parser.height, deepest - parser.depth);
  if (deepest <= MAX_NESTING) return root.parts;
  parser.reportAside(nestingTooDeep(MAX_NESTING, segments[0]!.range));
  return [];
}

type Opener = Extract<DirectiveSegment, { kind: "if" } | { kind: "for" }>;
type Closer = Extract<DirectiveSegment, { kind: "else" | "endif" | "endfor" }>;

interface OpenDirective {
  /** Where the next part goes: the branch being read. */
  parts: TemplatePart[];
  readonly opener: Opener | undefined;
  inElse: boolean;
  /** The parts of the `if` branch once `else` is reached. */
  before: TemplatePart[];
}

function closeDirective(parser: Parser, stack: OpenDirective[], segment: Closer): void {
  const frame = stack[stack.length - 1]!;
  const { opener } = frame;
  const expects = segment.kind === "endfor" ? "for" : "if";
  if (opener?.kind !== expects || (segment.kind === "else" && frame.inElse)) {
    parser.reportAside(strayDirective(segment.kind, opener?.kind, segment.range));
    return;
  }
  if (segment.kind === "else") {
    frame.inElse = true;
    frame.before = frame.parts;
    frame.parts = [];
    return;
  }
  stack.pop();
  const range = { ...opener.range, end: segment.range.end };
  const outer = stack[stack.length - 1]!.parts;
  if (opener.kind === "for") {
    const { keyName, valueName, collection } = opener;
    outer.push({ kind: "for", keyName, valueName, collection, body: frame.parts, range });
  } else {
    outer.push({ kind: "if", condition: opener.condition, ...branchesOf(frame), range });
  }
}

function branchesOf({ inElse, before, parts }: OpenDirective): Pick<TemplateIf, "then" | "else"> {
  return inElse ? { then: before, else: parts } : { then: parts, else: [] };
}

/** Lines of a heredoc come one by one; a run of them is one part. Pieces are joined when the run is complete. */
function addText(parts: TemplatePart[], text: string, range: Segment["range"]): void {
  if (text === "") return;
  const last = parts[parts.length - 1];
  if (last?.kind !== "text") parts.push({ kind: "text", text, range });
  else parts[parts.length - 1] = { kind: "text", text: last.text + text, range: { ...last.range, end: range.end } };
}
