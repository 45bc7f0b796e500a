import { accessFields, accessRules } from "../aws/config/access.ts";
import { communicatorFields, communicatorRenamed, communicatorRules } from "../../../sdk/schema/communicator.ts";
import { defineSchema, type ConfigOf } from "../../../sdk/schema/schema.ts";
import { amiFields, amiRenamed, amiRules } from "./config/ami.ts";
import { runFields, runRenamed, runRules } from "./config/run.ts";

export const ebsSchema = defineSchema(
  { ...accessFields, ...communicatorFields, ...runFields, ...amiFields },
  {
    rules: [...accessRules, ...communicatorRules(), ...runRules, ...amiRules],
    renamed: { ...communicatorRenamed, ...runRenamed, ...amiRenamed },
  },
);
export type EbsConfig = ConfigOf<typeof ebsSchema>;
