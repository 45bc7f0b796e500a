import type { Attribute, Expression } from "../../language/ast.ts";
import type { Diagnostic } from "../../language/diagnostic.ts";
import type { ScopedBlock, ScopedBody } from "../../language/dynamic-blocks.ts";
import { evaluate } from "../../language/evaluate/evaluate.ts";
import { UNKNOWN_ARGUMENT } from "../../sdk/schema/decode-state.ts";
import type { ArgumentPath, GivenArguments } from "../given-arguments.ts";
import { plainValue, type PlainNotes } from "../plain-value.ts";
import { buildShape } from "./build-shape.ts";
import { locate, locateInside } from "./locate-argument.ts";
import type { References } from "./references.ts";
import { givenTwice, unexpectedLabel } from "../messages/blocks.ts";

export interface BodyOptions {
  /** Names of arguments and blocks that are not the component's (`only`, `pause_before`, …). */
  readonly skip?: ReadonlySet<string> | undefined;
  /** Explains failing references. */
  readonly references: References;
  readonly override?: Override | undefined;
}

/** Arguments put over those of the body: one entry of `override = { key = { … } }`. */
export interface Override {
  readonly input: Readonly<Record<string, unknown>>;
  /** Where `input` is sensitive, and the texts there. */
  readonly notes: PlainNotes;
  /** The whole value of `override`. */
  readonly expression: Expression;
  readonly key: string;
}

/** Evaluates a body: attributes become plain values, blocks arrays of objects under their type. */
export function bodyArguments(body: ScopedBody, options: BodyOptions): GivenArguments {
  const reader = new BodyReader(options.references);
  const { override } = options;
  const input = { ...reader.readBody(body, [], options.skip), ...override?.input };
  const overriding = (path: ArgumentPath): Override | undefined =>
    override && Object.hasOwn(override.input, String(path[0])) ? override : undefined;
  return {
    input,
    diagnostics: reader.diagnostics,
    rangeOf(path, part) {
      const over = overriding(path);
      return over ? locateInside(over.expression, [over.key, ...path], part) : locate(body, path, part);
    },
    isSensitive(path) {
      const { sensitivePaths } = overriding(path)?.notes ?? reader.notes;
      return sensitivePaths.some((start) => start.every((step, index) => path[index] === step));
    },
    secrets: [...reader.notes.secrets, ...(override?.notes.secrets ?? [])],
  };
}

/** Reads a body, and collects diagnostics, secrets and sensitive paths along the way. */
class BodyReader {
  readonly diagnostics: Diagnostic[] = [];
  readonly notes: PlainNotes = { sensitivePaths: [], secrets: [] };
  readonly #references: References;

  constructor(references: References) {
    this.#references = references;
  }

  readBody(body: ScopedBody, path: ArgumentPath, skip?: ReadonlySet<string>): Record<string, unknown> {
    const input: Record<string, unknown> = {};
    for (const attribute of body.attributes) {
      if (!skip?.has(attribute.name)) input[attribute.name] = this.#readAttribute(attribute, body, path);
    }
    for (const block of body.blocks) {
      if (!skip?.has(block.type)) this.#readBlock(block, { body, input, path });
    }
    return input;
  }

  #readAttribute({ name, expression }: Attribute, { scope }: ScopedBody, path: ArgumentPath): unknown {
    const { value, diagnostics } = evaluate(expression, scope);
    if (diagnostics.length === 0) return plainValue(value, [...path, name], this.notes);
    this.diagnostics.push(...diagnostics.map((diagnostic) => this.#references.explain(diagnostic)));
    return UNKNOWN_ARGUMENT;
  }

  /** Adds a block to the others of its type in `input`. */
  #readBlock(block: ScopedBlock, { body, input, path }: EnclosingBody): void {
    const name = block.type;
    const attribute = body.attributes.find((other) => other.name === name);
    if (attribute) {
      this.diagnostics.push(givenTwice(name, block.headerRange, attribute.nameRange));
      return;
    }
    // A provisioner in a source is in the wrong place; that it has a label is not what is wrong with it.
    const isMisplaced = Object.hasOwn(buildShape.blocks, name);
    if (block.labels.length > 0 && !isMisplaced) this.diagnostics.push(unexpectedLabel(name, block.labels[0]!.range));
    const group = (input[name] ??= []);
    if (block.isUnknown || !Array.isArray(group)) {
      input[name] = UNKNOWN_ARGUMENT;
      return;
    }
    group.push(this.readBody(block.body, [...path, name, group.length]));
  }
}

/** The body a block stands in, and what was read of it. */
interface EnclosingBody {
  readonly body: ScopedBody;
  readonly input: Record<string, unknown>;
  readonly path: ArgumentPath;
}
