import type { Inventory, Machine, RegisteredDisk } from "./driver.ts";
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
    listDisks: async (request) => parseDisks(await call(["list", "hdds"], request)),
  };
}

/** `"name" {uuid}` lines. */
function parseMachines(output: string): readonly Machine[] {
  const lines = output.matchAll(/^"(.*)" \{([0-9a-f-]+)\}\r?$/gm);
  return [...lines].map(([, name, uuid]) => ({ name: name!, uuid: uuid! }));
}

export function parseDisks(output: string): readonly RegisteredDisk[] {
  return parseRecords(output).map((record) => {
    const parent = record.get("Parent UUID");
    return {
      uuid: record.get("UUID") ?? "",
      parent: parent === "base" ? undefined : parent,
      path: record.get("Location") ?? "",
    };
  });
}
