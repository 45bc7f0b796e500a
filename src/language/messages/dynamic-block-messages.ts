import { didYouMean } from "../../lib/did-you-mean.ts";
import { withArticle } from "../convert-primitive.ts";
import { errorAt, type Diagnostic } from "../diagnostic.ts";
import type { SourceRange } from "../source.ts";
import type { Type } from "../value.ts";

/** Every problem a `dynamic` block can have, one factory each. */

export const wrongLabels = (subject: SourceRange): Diagnostic =>
  errorAt(
    "dynamic-labels",
    "Invalid dynamic block",
    'A dynamic block has exactly one label, the type of the blocks to make: dynamic "provisioner" { … }. Labels of those blocks go in the argument labels.',
    subject,
  );

export const missingForEach = (subject: SourceRange): Diagnostic =>
  errorAt(
    "dynamic-for-each-missing",
    "Missing for_each",
    "A dynamic block needs the argument for_each: the collection to make one block for each element of.",
    subject,
  );

export const nullForEach = (subject: SourceRange, context: SourceRange): Diagnostic =>
  errorAt(
    "dynamic-for-each-null",
    "Invalid for_each value",
    "The value of for_each is null. For no blocks, use an empty list.",
    subject,
    context,
  );

export const wrongForEach = (type: Type, subject: SourceRange, context: SourceRange): Diagnostic =>
  errorAt(
    "dynamic-for-each-type",
    "Invalid for_each value",
    `The value of for_each is ${withArticle(type)}. It must be a list, set, map, tuple or object.`,
    subject,
    context,
  );

export const missingContent = (subject: SourceRange): Diagnostic =>
  errorAt(
    "dynamic-content-missing",
    "Missing content block",
    "A dynamic block needs a block content { … }: the body of each block it makes.",
    subject,
  );

export const extraContent = (subject: SourceRange): Diagnostic =>
  errorAt(
    "dynamic-content-extra",
    "Invalid content block",
    "A dynamic block has exactly one content block, without labels.",
    subject,
  );

export const unexpectedAttribute = (name: string, allowed: readonly string[], subject: SourceRange): Diagnostic =>
  errorAt(
    "unknown-argument",
    "Unsupported argument",
    `An argument named "${name}" is not expected in a dynamic block.${didYouMean(name, allowed) || " Arguments of the blocks to make go in content { … }."}`,
    subject,
  );

export const unexpectedBlock = (type: string, subject: SourceRange): Diagnostic =>
  errorAt(
    "unknown-block",
    "Unsupported block",
    `A block of type "${type}" is not expected in a dynamic block. Blocks inside the blocks to make go in content { … }.`,
    subject,
  );

export const wrongIterator = (subject: SourceRange): Diagnostic =>
  errorAt(
    "dynamic-iterator",
    "Invalid iterator",
    "The iterator is a single name without quotes: iterator = item.",
    subject,
  );

export const wrongLabel = (problem: string, subject: SourceRange): Diagnostic =>
  errorAt("dynamic-label", "Invalid dynamic block label", `The labels of a generated block ${problem}.`, subject);
