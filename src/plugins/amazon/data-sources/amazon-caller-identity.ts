import { openCloud } from "../aws/cloud.ts";
import { accessFields, accessRules } from "../aws/options/access.ts";
import type { DataSource } from "../../../sdk/component.ts";
import { defineSchema, type ConfigOf } from "../../../sdk/schema/schema.ts";

const schema = defineSchema(accessFields, { rules: accessRules });
type CallerIdentityConfig = ConfigOf<typeof schema>;

/** Whose credentials these are. Beyond Packer. */
export const dataSource: DataSource<CallerIdentityConfig> = {
  kind: "data-source",
  type: "amazon-caller-identity",
  summary: "Says which AWS account and identity the credentials belong to.",
  schema,
  outputs: { account_id: "string", arn: "string", user_id: "string" },
  async read(run, config) {
    const cloud = await openCloud(run, config);
    const answer = await cloud.sts().call("GetCallerIdentity", {}, { signal: run.signal });
    return { account_id: answer.Account ?? "", arn: answer.Arn ?? "", user_id: answer.UserId ?? "" };
  },
};
