import type { Template } from "../../../template/model.ts";
import { machineLine } from "../../../ui/machine-readable.ts";
import { builderName, plain, provisionerTypes } from "./text.ts";

/** The structure of a template as Packer's machine-readable lines; HCL2 templates have them too. */
export function inspectMachineLines(template: Template, time: number): string {
  const line = (type: string, ...data: readonly string[]): string => machineLine(time, "", type, ...data);
  const lines = [
    ...template.variables.map((variable) => {
      const [value, isRequired] = variable.required ? ["", "1"] : [plain(variable), "0"];
      return line("template-variable", variable.name, value, isRequired);
    }),
    ...template.builds.map((plan) => line("template-builder", builderName(plan), plan.identity.builderType)),
    ...provisionerTypes(template).map((type) => line("template-provisioner", type)),
  ];
  return lines.map((text) => `${text.trimEnd()}\n`).join("");
}
