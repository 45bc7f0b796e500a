import type { Block } from "../../language/ast.ts";
import { convert } from "../../language/convert.ts";
import type { Scope } from "../../language/evaluate/contract.ts";
import { isKnown, isNull, STRING, textOf } from "../../language/value.ts";
import * as messages from "../messages/registry.ts";
import { evaluateExplained, type ExplainingContext } from "./evaluation.ts";

const LONGEST_DESCRIPTION = 255;

/**
 * The `hcp_packer_registry` blocks of one body: they have no effect here, which is said once, and what Packer would refuse
 * in them is refused.
 */
export function checkRegistry(blocks: readonly Block[], scope: Scope, context: ExplainingContext): void {
  const [first, second] = blocks.filter(({ type }) => type === "hcp_packer_registry");
  if (second) context.report(messages.secondRegistry(second.headerRange, first!.headerRange));
  if (!first) return;
  context.report(messages.registryIgnored(first.headerRange));
  checkText(first, { name: "description", limit: messages.longDescription, isAllowed: isShort }, scope, context);
  checkText(first, { name: "bucket_name", limit: messages.invalidBucket, isAllowed: isBucket }, scope, context);
}

const isShort = (text: string): boolean => Buffer.byteLength(text) <= LONGEST_DESCRIPTION;
const isBucket = (text: string): boolean => /^[a-zA-Z0-9-]{3,36}$/.test(text);

interface Rule {
  readonly name: string;
  readonly limit: typeof messages.longDescription;
  readonly isAllowed: (text: string) => boolean;
}

function checkText(block: Block, { name, limit, isAllowed }: Rule, scope: Scope, context: ExplainingContext): void {
  const attribute = block.body.attributes.find((given) => given.name === name);
  if (!attribute) return;
  const { value } = convert(evaluateExplained(attribute.expression, scope, context), STRING);
  if (!value || isNull(value) || !isKnown(value)) return;
  if (!isAllowed(textOf(value))) context.report(limit(attribute.expression.range));
}
