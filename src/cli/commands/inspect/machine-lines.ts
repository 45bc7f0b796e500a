import type { Template } from "../../../template/model.ts";
import { machineLine } from "../../../ui/machine-readable.ts";
import { plain } from "./text.ts";

/** The structure of a template as Packer's machine-readable lines; HCL2 templates have them too. */
export function inspectMachineLines(template: Template, time: number): string {
  const line = (type: string, ...data: readonly string[]): string => machineLine(time, "", type, ...data);
  return [
    ...template.variables.map((variable) =>
      line("template-variable", variable.name, variable.required ? "" : plain(variable), variable.required ? "1" : "0"),
    ),
    ...template.builds.map(({ identity }) => line("template-builder", identity.sourceName, identity.builderType)),
    ...[...new Set(template.builds.flatMap((plan) => plan.provisioners.map(({ type }) => type)))].map((type) =>
      line("template-provisioner", type),
    ),
  ]
    .map((text) => `${text.trimEnd()}\n`)
    .join("");
}
