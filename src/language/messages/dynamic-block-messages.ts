import { withArticle } from "../convert-primitive.ts";
import { error, type Diagnostic, type DiagnosticPlace } from "../diagnostic.ts";
import type { SourceRange } from "../source.ts";
import { suggesting } from "../suggestion.ts";
import type { Type } from "../value.ts";

/** Every problem a `dynamic` block can have, one factory each. */

export const wrongLabels = (subject: SourceRange): Diagnostic =>
  error(
    "dynamic-labels",
    subject,
    "Invalid dynamic block",
    'A dynamic block has exactly one label, the type of the blocks to make: dynamic "provisioner" { … }. Labels of those blocks go in the argument labels.',
  );

export const missingForEach = (subject: SourceRange): Diagnostic =>
  error(
    "dynamic-for-each-missing",
    subject,
    "Missing for_each",
    "A dynamic block needs the argument for_each: the collection to make one block for each element of.",
  );

export const nullForEach = (place: DiagnosticPlace): Diagnostic =>
  error(
    "dynamic-for-each-null",
    place,
    "Invalid for_each value",
    "The value of for_each is null. For no blocks, use an empty list.",
  );

export const wrongForEach = (type: Type, place: DiagnosticPlace): Diagnostic =>
  error(
    "dynamic-for-each-type",
    place,
    "Invalid for_each value",
    `The value of for_each is ${withArticle(type)}. It must be a list, set, map, tuple or object.`,
  );

export const missingContent = (subject: SourceRange): Diagnostic =>
  error(
    "dynamic-content-missing",
    subject,
    "Missing content block",
    "A dynamic block needs a block content { … }: the body of each block it makes.",
  );

export const extraContent = (subject: SourceRange): Diagnostic =>
  error(
    "dynamic-content-extra",
    subject,
    "Invalid content block",
    "A dynamic block has exactly one content block, without labels.",
  );

export const unexpectedAttribute = (name: string, allowed: readonly string[], subject: SourceRange): Diagnostic =>
  suggesting(
    error(
      "unknown-argument",
      subject,
      "Unsupported argument",
      `An argument named "${name}" is not expected in a dynamic block.`,
    ),
    { name, known: allowed, otherwise: " Arguments of the blocks to make go in content { … }." },
  );

export const unexpectedBlock = (type: string, subject: SourceRange): Diagnostic =>
  suggesting(
    error(
      "unknown-block",
      subject,
      "Unsupported block",
      `A block of type "${type}" is not expected in a dynamic block.`,
    ),
    { name: type, known: ["content"], otherwise: " Blocks inside the blocks to make go in content { … }." },
  );

export const wrongIterator = (subject: SourceRange): Diagnostic =>
  error(
    "dynamic-iterator",
    subject,
    "Invalid iterator",
    "The iterator is a single name without quotes: iterator = item.",
  );

export const wrongLabel = (problem: string, subject: SourceRange): Diagnostic =>
  error("dynamic-label", subject, "Invalid dynamic block label", `The labels of a generated block ${problem}.`);
