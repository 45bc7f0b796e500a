import { accessFields, accessRules } from "../../aws/options/access.ts";
import { communicatorFields, communicatorRenamed, communicatorRules } from "../../../../sdk/schema/communicator.ts";
import { defineSchema, type ConfigOf } from "../../../../sdk/schema/schema.ts";
import { amiFields, amiRenamed, amiRules } from "./ami.ts";
import { runFields, runRenamed, runRules } from "./run.ts";

export const ebsSchema = defineSchema(
  { ...accessFields, ...communicatorFields, ...runFields, ...amiFields },
  {
    rules: [...accessRules, ...communicatorRules(), ...runRules, ...amiRules],
    renamed: { ...communicatorRenamed, ...runRenamed, ...amiRenamed },
  },
);
export type EbsConfig = ConfigOf<typeof ebsSchema>;
