import { bootFields, bootRules } from "../../../sdk/schema/boot.ts";
import { isoFields, isoLegacy, isoRules } from "../../../sdk/schema/iso.ts";
import { defineSchema, type ConfigOf } from "../../../sdk/schema/schema.ts";
import { hardwareFields, hardwareRules, storageFields } from "./hardware.ts";
import { exportFields } from "./virtualbox.ts";
import { guestFields, guestRenamed, guestRules, nameField } from "./common.ts";

/** Every argument of a `virtualbox-iso` source. */
export const isoSchema = defineSchema(
  { ...isoFields, ...guestFields, ...hardwareFields, ...storageFields, ...bootFields, ...exportFields, ...nameField },
  {
    renamed: guestRenamed,
    legacy: isoLegacy,
    rules: [...isoRules, ...guestRules, ...bootRules, ...hardwareRules],
  },
);

export type IsoBuilderConfig = ConfigOf<typeof isoSchema>;
