import type { Appliances } from "./driver.ts";
import { withoutOutput, type VBoxManage } from "./vboxmanage.ts";

export function applianceVerbs(call: VBoxManage): Appliances {
  const run = withoutOutput(call);
  return {
    exportVm: ({ vm, path, flags, ...options }) => run(["export", vm, "--output", path, ...flags], options),
    importVm: ({ appliance, name, flags, options: importOptions, ...options }) => {
      const naming = ["--vsys", "0", "--vmname", name];
      const further = importOptions === "" ? [] : ["--options", importOptions];
      return run(["import", appliance, ...naming, ...flags, ...further], options);
    },
  };
}
