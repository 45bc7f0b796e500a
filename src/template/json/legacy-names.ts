import { formatValue } from "../../language/format-value.ts";
import type { TemplateFunctions } from "../../lib/go-template/execute.ts";
import { Interpolator } from "../interpolate/interpolator.ts";
import type { InputVariable, LegacyNames } from "../model.ts";
import { Secrets } from "../secrets.ts";
import { refusedOutsideVariables } from "./variable-functions.ts";

/** What texts outside of any build may call (`console`). `functions` include `user`. */
export function legacyNames(
  functions: TemplateFunctions,
  variables: readonly InputVariable[],
  secrets = new Secrets(() => {}),
): LegacyNames {
  const interpolator = new Interpolator(functions, refusedOutsideVariables, secrets);
  return {
    functions: [...functions.keys()],
    render: (text) => interpolator.render(text, {}, {}),
    describeVariables: () => variables.map(({ name, value }) => `${name}: ${formatValue(value)}`).join("\n"),
  };
}
