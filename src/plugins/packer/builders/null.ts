import { BUILDER_ID } from "../../../sdk/artifact-state.ts";
import type { Builder } from "../../../sdk/component.ts";
import type { Artifact } from "../../../sdk/artifact.ts";
import {
  communicatorFields,
  communicatorRenamed,
  communicatorRules,
  type CommunicatorConfig,
} from "../../../sdk/schema/communicator.ts";
import { guestLogin } from "../../../sdk/schema/guest-login.ts";
import { defineSchema } from "../../../sdk/schema/schema.ts";
import { checkLoginFiles } from "../../../steps/check-login-files.ts";
import { connect } from "../../../steps/connect.ts";
import { provisionGuest } from "../../../steps/provision.ts";

const schema = defineSchema(communicatorFields, {
  rules: communicatorRules({ needsHost: true }),
  renamed: communicatorRenamed,
});

export const builder: Builder<CommunicatorConfig> = {
  kind: "builder",
  type: "null",
  summary: "Makes nothing: connects to a machine that is there already and provisions it.",
  schema,
  generatedData: [],
  makesNoFiles: true,
  checkFiles: checkLoginFiles,
  async build(run, config) {
    const { host = "", port } = guestLogin(config);
    const communicator = await connect(run, { config, host, hasScreen: false });
    await provisionGuest(run, { communicator, config, host, port, id: "Null" });
    return artifact;
  },
};

const artifact: Artifact = {
  builderId: BUILDER_ID.null,
  id: "Null",
  files: [],
  description: "Did not export anything. This is the null builder",
  state: {},
  destroy: () => Promise.resolve(),
};
