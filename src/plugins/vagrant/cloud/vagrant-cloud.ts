import { BUILDER_ID } from "../../../sdk/artifact-state.ts";
import type { ArtifactOf, Artifact } from "../../../sdk/artifact.ts";
import type { PostProcessed, PostProcessor } from "../../../sdk/component.ts";
import { BuildError, errorWithHint } from "../../../sdk/error.ts";
import type { Run } from "../../../sdk/run.ts";
import { boxOfArtifact } from "../vagrant-box.ts";
import { createCloudClient } from "./client.ts";
import { publish } from "./publish.ts";
import { schema, type VagrantCloudConfig } from "./options.ts";

export const postProcessor: PostProcessor<VagrantCloudConfig> = {
  kind: "post-processor",
  type: "vagrant-cloud",
  summary: "Publishes a Vagrant box on Vagrant Cloud.",
  schema,
  needs: ({ access_token: token }) => ({ credentials: token ? [] : ["VAGRANT_CLOUD_TOKEN"] }),
  async preflight(run, config) {
    return withClient(run, config, async (client) => {
      try {
        await client.authenticate();
        await client.readBox();
        return [];
      } catch (error) {
        return [errorWithHint(error)];
      }
    });
  },
  async process(run: Run, config: VagrantCloudConfig, input: Artifact): Promise<PostProcessed> {
    const box = await boxOfArtifact(input);
    const architecture = config.architecture ?? box.architecture;
    const values = { ArtifactId: input.id, Provider: box.provider, Architecture: architecture ?? "" };
    const downloadUrl = config.box_download_url?.render(values);
    await withClient(run, config, (client) =>
      publish(run, { config, client, box, architecture, downloadUrl, isPublished: false }),
    );
    const id = `${config.box_tag}:${config.version}:${box.provider}`;
    return { artifact: published(config, id), keepInput: true };
  },
};

function published(config: VagrantCloudConfig, id: string): ArtifactOf<typeof BUILDER_ID.vagrantCloud> {
  return {
    builderId: BUILDER_ID.vagrantCloud,
    id,
    files: [],
    description: `'${id.split(":").at(-1)}': ${config.box_tag}`,
    state: { tag: config.box_tag, version: config.version },
    // What has been published stays: it is not ours to remove.
    destroy: () => Promise.resolve(),
  };
}

type Client = ReturnType<typeof createCloudClient>;

function withClient<Result>(
  run: Run,
  config: VagrantCloudConfig,
  use: (client: Client) => Promise<Result>,
): Promise<Result> {
  const token = accessToken(run, config);
  run.secret(token);
  return use(createCloudClient(run, config, token, run.signal));
}

function accessToken(run: Run, config: VagrantCloudConfig): string {
  const { env } = run.host;
  if (config.access_token) return config.access_token;
  if (env["VAGRANT_CLOUD_TOKEN"]) return env["VAGRANT_CLOUD_TOKEN"];
  if (env["ATLAS_TOKEN"]) {
    run.warn("ATLAS_TOKEN is deprecated; set VAGRANT_CLOUD_TOKEN instead.");
    return env["ATLAS_TOKEN"];
  }
  throw new BuildError("There is no access token for Vagrant Cloud.", {
    hint: "Set access_token to a sensitive input variable, or the environment variable VAGRANT_CLOUD_TOKEN.",
  });
}
