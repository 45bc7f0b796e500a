import { openCloud } from "../aws/cloud.ts";
import { accessFields, accessRules } from "../aws/options/access.ts";
import type { DataSource } from "../../../sdk/component.ts";
import { flag, text } from "../../../sdk/schema/field.ts";
import { defineSchema, type ConfigOf } from "../../../sdk/schema/schema.ts";

const schema = defineSchema(
  {
    ...accessFields,
    name: text("Name (or ARN) of the parameter."),
    with_decryption: flag("Decrypt a SecureString parameter. Its value is then masked.").default(false),
  },
  { rules: accessRules },
);
type ParameterStoreConfig = ConfigOf<typeof schema>;

/** One parameter of AWS Systems Manager's Parameter Store. */
export const dataSource: DataSource<ParameterStoreConfig> = {
  kind: "data-source",
  type: "amazon-parameterstore",
  summary: "Reads a parameter of AWS Systems Manager.",
  schema,
  outputs: { value: "string", version: "string", arn: "string" },
  async read(run, config) {
    const cloud = await openCloud(run, config);
    const question = { Name: config.name, WithDecryption: config.with_decryption };
    const { Parameter } = await cloud.ssm().call("GetParameter", question, { signal: run.signal });
    const value = Parameter?.Value ?? "";
    if (Parameter?.Type === "SecureString" && value !== "") run.secret(value);
    return { value, version: String(Parameter?.Version ?? ""), arn: Parameter?.ARN ?? "" };
  },
};
