import { bootFields, bootRules, keyIntervalFields } from "../../../sdk/schema/boot.ts";
import { cdFields, cdRules } from "../../../sdk/schema/cd.ts";
import {
  communicatorFields,
  communicatorRenamed,
  communicatorRules,
  hostPortFields,
  hostPortRenamed,
} from "../../../sdk/schema/communicator.ts";
import { defaultText, text } from "../../../sdk/schema/field.ts";
import { floppyFields, floppyRules } from "../../../sdk/schema/floppy.ts";
import { httpFields, httpRules } from "../../../sdk/schema/http.ts";
import { isoFields, isoLegacy, isoRules } from "../../../sdk/schema/iso.ts";
import { outputFields } from "../../../sdk/schema/output.ts";
import { defineSchema, type ConfigOf } from "../../../sdk/schema/schema.ts";
import { shutdownFields } from "../../../sdk/schema/shutdown.ts";
import { diskFields } from "./disk.ts";
import { displayFields } from "./display.ts";
import { machineFields } from "./machine.ts";
import { qemuRules } from "../rules.ts";

/** Every argument of a `qemu` source. */
export const qemuSchema = defineSchema(
  {
    ...isoFields,
    ...communicatorFields,
    ...hostPortFields,
    ...machineFields,
    ...diskFields,
    ...displayFields,
    ...bootFields,
    ...keyIntervalFields,
    ...httpFields,
    ...floppyFields,
    ...cdFields,
    ...outputFields,
    ...shutdownFields,
    vm_name: defaultText(
      text("Name of the machine, and of its main disk in the output directory.").optional(),
      "packer-BUILDNAME",
    ),
  },
  {
    renamed: { ...communicatorRenamed, ...hostPortRenamed },
    legacy: isoLegacy,
    rules: [...isoRules, ...communicatorRules(), ...bootRules, ...httpRules, ...floppyRules, ...cdRules, ...qemuRules],
  },
);

export type QemuConfig = ConfigOf<typeof qemuSchema>;
