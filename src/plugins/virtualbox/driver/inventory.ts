import type { Inventory, Machine } from "./driver.ts";
import { parseRecords } from "./output.ts";
import type { VBoxManage } from "./vboxmanage.ts";

export function inventoryVerbs(call: VBoxManage): Inventory {
  return {
    systemProperties: async (request) => {
      const [properties] = parseRecords(await call(["list", "systemproperties"], request));
      return {
        machineFolder: properties?.get("Default machine folder") ?? "",
        additionsIso: properties?.get("Default Guest Additions ISO") || undefined,
      };
    },
    listVms: async (request) => parseMachines(await call(["list", "vms"], request)),
    listDisks: async (request) => {
      const records = parseRecords(await call(["list", "hdds"], request));
      return records.map((record) => ({ uuid: record.get("UUID") ?? "", path: record.get("Location") ?? "" }));
    },
  };
}

/** `"name" {uuid}` lines. */
function parseMachines(output: string): readonly Machine[] {
  const lines = output.matchAll(/^"(.*)" \{([0-9a-f-]+)\}\r?$/gm);
  return [...lines].map(([, name, uuid]) => ({ name: name!, uuid: uuid! }));
}
