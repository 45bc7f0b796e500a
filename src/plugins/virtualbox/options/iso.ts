import { bootFields, bootRules } from "../../../sdk/schema/boot.ts";
import { isoFields, isoLegacy, isoRules } from "../../../sdk/schema/iso.ts";
import { rule } from "../../../sdk/schema/rules.ts";
import { defineSchema, type ConfigOf } from "../../../sdk/schema/schema.ts";
import { KEY_ARGUMENTS, temporaryKeyIssues } from "../../../sdk/schema/temporary-key.ts";
import { hardwareFields, hardwareRules, storageFields } from "./hardware.ts";
import { exportFields } from "./virtualbox.ts";
import { commonFields, commonRenamed, commonRules, nameField } from "./common.ts";

const fields = {
  ...isoFields,
  ...commonFields,
  ...hardwareFields,
  ...storageFields,
  ...bootFields,
  ...exportFields,
  ...nameField,
};

/** A machine that is installed anew has no user yet that a key of this computer could belong to. */
const keyReachesMachine = rule(
  fields,
  [...KEY_ARGUMENTS, "boot_command", "vboxmanage"],
  ({ boot_command = [], vboxmanage, ...login }) => temporaryKeyIssues(login, [...boot_command, ...vboxmanage.flat()]),
);

/** Every argument of a `virtualbox-iso` source. */
export const schema = defineSchema(fields, {
  renamed: commonRenamed,
  legacy: isoLegacy,
  rules: [...isoRules, ...commonRules, ...bootRules, ...hardwareRules, keyReachesMachine],
});

export type IsoBuilderConfig = ConfigOf<typeof schema>;
