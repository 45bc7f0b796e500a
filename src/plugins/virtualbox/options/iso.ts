import { bootFields, bootRules } from "../../../sdk/schema/boot.ts";
import { isoFields, isoLegacy, isoRules } from "../../../sdk/schema/iso.ts";
import { defineSchema, type ConfigOf } from "../../../sdk/schema/schema.ts";
import { hardwareFields, hardwareRules, storageFields } from "./hardware.ts";
import { exportFields } from "./virtualbox.ts";
import { commonFields, commonRenamed, commonRules, nameField } from "./common.ts";

/** Every argument of a `virtualbox-iso` source. */
export const schema = defineSchema(
  { ...isoFields, ...commonFields, ...hardwareFields, ...storageFields, ...bootFields, ...exportFields, ...nameField },
  {
    renamed: commonRenamed,
    legacy: isoLegacy,
    rules: [...isoRules, ...commonRules, ...bootRules, ...hardwareRules],
  },
);

export type IsoBuilderConfig = ConfigOf<typeof schema>;
