import { bootRules } from "../../../sdk/schema/boot.ts";
import { cdRules } from "../../../sdk/schema/cd.ts";
import { communicatorRenamed, communicatorRules, hostPortRenamed } from "../../../sdk/schema/communicator.ts";
import { floppyRules } from "../../../sdk/schema/floppy.ts";
import { httpRules } from "../../../sdk/schema/http.ts";
import { isoLegacy, isoRules } from "../../../sdk/schema/iso.ts";
import { defineSchema, type ConfigOf } from "../../../sdk/schema/schema.ts";
import { qemuFields } from "./fields.ts";
import { qemuRules } from "./rules.ts";

export const schema = defineSchema(qemuFields, {
  renamed: { ...communicatorRenamed, ...hostPortRenamed },
  legacy: isoLegacy,
  rules: [...isoRules, ...communicatorRules(), ...bootRules, ...httpRules, ...floppyRules, ...cdRules, ...qemuRules],
});

export type QemuConfig = ConfigOf<typeof schema>;
