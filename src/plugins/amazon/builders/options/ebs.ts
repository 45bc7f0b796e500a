import { communicatorFields, communicatorRenamed, communicatorRules } from "../../../../sdk/schema/communicator.ts";
import { defineSchema, type ConfigOf } from "../../../../sdk/schema/schema.ts";
import { accessFields, accessRules } from "../../aws/options/access.ts";
import { amiRules } from "./ami-rules.ts";
import { amiFields } from "./ami.ts";
import { enhancedNetworkingRenamed } from "./enhanced-networking.ts";
import { runRules } from "./run-rules.ts";
import { runFields, runRenamed } from "./run.ts";

export const schema = defineSchema(
  { ...accessFields, ...communicatorFields, ...runFields, ...amiFields },
  {
    rules: [...accessRules, ...communicatorRules(), ...runRules, ...amiRules],
    renamed: { ...communicatorRenamed, ...runRenamed, ...enhancedNetworkingRenamed },
  },
);
export type EbsConfig = ConfigOf<typeof schema>;
