import { convert } from "../../language/convert.ts";
import { expandDynamicBlocks } from "../../language/dynamic-blocks.ts";
import type { Scope } from "../../language/evaluate/contract.ts";
import { valueFromJs } from "../../language/from-js.ts";
import { parseExpression } from "../../language/parse.ts";
import { parseTypeConstraint } from "../../language/type-constraint.ts";
import { DYNAMIC, objectValue, unknownValue, type Type, type Value } from "../../language/value.ts";
import type { DataSource } from "../../sdk/component.ts";
import { BuildError } from "../../sdk/error.ts";
import { findComponent } from "../component-lookup.ts";
import { isStandIn } from "../stand-in.ts";
import { decodeComponent, diagnoseIssues, type ComponentInput } from "../decode.ts";
import type { DecodedComponent } from "../model.ts";
import { bodyArguments } from "./body-arguments.ts";
import type { Hcl2Context } from "./plan-context.ts";
import type { DataNode } from "./value-graph.ts";
import { failedRead } from "../messages/components.ts";

/** The output of a data source; unknown values after an error, and where data sources are not read. */
export async function readDataSource(node: DataNode, scope: Scope, context: Hcl2Context): Promise<Value> {
  const { address, block } = node;
  const { settle, report, options } = context;
  const label = block.labels[0]!;
  const component = findComponent(context, "data-source", label.value, label.range);
  if (!component || isStandIn(component)) return unknownValue();
  const { config, diagnostics, input } = await settle(() => decodeArguments(node, component, scope, context));
  report(...diagnostics);
  const types = outputTypes(component);
  if (config !== undefined && options.checkDataSource) {
    report(...diagnoseIssues(await options.checkDataSource(component, config), input));
  }
  if (config === undefined || !options.readDataSource) return outputs(types, (type) => unknownValue(type));
  try {
    const output = await options.readDataSource(`data.${address}`, component, config);
    return outputs(types, (type, name) => typed(valueFromJs(output[name]), type));
  } catch (failure) {
    if (!(failure instanceof BuildError)) throw failure;
    report(failedRead(address, failure, block.headerRange));
    return outputs(types, (type) => unknownValue(type));
  }
}

function decodeArguments(
  { block }: DataNode,
  component: DataSource,
  scope: Scope,
  { references, interpolator, secrets }: Hcl2Context,
): DecodedComponent & { readonly input: ComponentInput } {
  const expanded = expandDynamicBlocks(block.body, scope);
  const args = bodyArguments(expanded.body, { references });
  secrets.add(args.secrets);
  const input: ComponentInput = {
    component,
    args,
    header: block.headerRange,
    interpolator,
    scope: {},
    weak: false,
    metaArguments: [],
  };
  const { config, diagnostics } = decodeComponent(input);
  return { config, diagnostics: [...expanded.diagnostics, ...diagnostics], input };
}

type OutputTypes = ReadonlyMap<string, Type>;

function outputTypes({ type, outputs }: DataSource): OutputTypes {
  const parse = (text: string): Type => {
    const { expression } = parseExpression({ name: `<output of ${type}>`, text });
    return parseTypeConstraint(expression).type;
  };
  return new Map(Object.entries(outputs).map(([name, text]) => [name, parse(text)]));
}

function outputs(types: OutputTypes, valueOf: (type: Type, name: string) => Value): Value {
  return objectValue([...types].map(([name, type]) => [name, valueOf(type, name)] as const));
}

/** A value that does not fit the declared type is passed through. */
function typed(value: Value, type: Type): Value {
  if (type === DYNAMIC) return value;
  return convert(value, type).value ?? value;
}
