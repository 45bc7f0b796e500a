import { BUILDER_ID } from "../../../sdk/artifact-state.ts";
import type { ArtifactOf, Artifact } from "../../../sdk/artifact.ts";
import { boxChecksum } from "../box-checksum.ts";
import { goesDirect, uploadBox } from "../box-upload.ts";
import type { PostProcessed, PostProcessor } from "../../../sdk/component.ts";
import { BuildError, errorWithHint } from "../../../sdk/error.ts";
import type { Run, Step } from "../../../sdk/run.ts";
import { boxOfArtifact, type VagrantBox } from "../vagrant-box.ts";
import { RegistryClient, type ArchitectureDraft, type RegistryArchitecture, type RegistrySlot } from "./client.ts";
import { schema, skipsTlsVerify, type VagrantRegistryConfig } from "./options.ts";
import { registryToken } from "./token.ts";

export const postProcessor: PostProcessor<VagrantRegistryConfig> = {
  kind: "post-processor",
  type: "vagrant-registry",
  summary: "Publishes a Vagrant box in an HCP Vagrant registry.",
  schema,
  needs: ({ client_id: id, client_secret: secret }) => ({
    credentials: id && secret ? [] : ["HCP_CLIENT_ID", "HCP_CLIENT_SECRET"],
  }),
  async preflight(run, config) {
    try {
      await registryToken(run, config);
      return [];
    } catch (error) {
      return [errorWithHint(error)];
    }
  },
  async process(run: Run, config: VagrantRegistryConfig, input: Artifact): Promise<PostProcessed> {
    const box = await boxOfArtifact(input);
    const architecture = config.architecture ?? box.architecture ?? "unknown";
    const values = { ArtifactId: input.id, Provider: box.provider, Architecture: architecture };
    const client = new RegistryClient(run, config, await registryToken(run, config));
    const slot = { version: config.version, provider: box.provider, architecture };
    await publish(run, { config, client, box, slot, downloadUrl: config.box_download_url?.render(values) });
    return { artifact: published(config, slot), keepInput: true };
  },
};

interface RegistryPublication {
  readonly config: VagrantRegistryConfig;
  readonly client: RegistryClient;
  readonly box: VagrantBox;
  readonly slot: RegistrySlot;
  readonly downloadUrl: string | undefined;
}

/** Every call can be made again: a run that failed half way is finished by the next one, so nothing is undone. */
async function publish(run: Run, publication: RegistryPublication): Promise<void> {
  const { client, config, slot } = publication;
  await run.step("create box and version", async () => {
    if (await client.ensureBox(config.box_description, config.box_private)) run.say(`Created box ${config.box_tag}`);
    const isNew = await client.ensureVersion(slot.version, config.version_description);
    if (isNew) run.say(`Created version ${slot.version}`);
    await client.ensureProvider(slot);
  });
  const needsUpload = await run.step("create architecture", (step) => ensureArchitecture(run, step, publication));
  if (needsUpload) await run.step("upload box", (step) => upload(run, step, publication));
  if (config.no_release) return run.say(`Version ${slot.version} stays unreleased, as asked`);
  await run.step("release version", async () => {
    const state = await client.versionState(slot.version);
    if (state === "REVOKED") {
      return run.warn(`Version ${slot.version} of ${config.box_tag} has been revoked, and is not released again`);
    }
    if (state !== "UNRELEASED") return;
    await client.release(slot.version);
    run.say(`Released version ${slot.version} of ${config.box_tag}`);
  });
}

/** Resolves to whether the box has to be uploaded. */
async function ensureArchitecture(run: Run, step: Step, publication: RegistryPublication): Promise<boolean> {
  const { client, slot, downloadUrl } = publication;
  const draft = await architectureDraft(step, publication);
  const existing = await client.readArchitecture(slot);
  if (existing && holdsBox(existing)) {
    const name = `${slot.provider}/${slot.architecture} of version ${slot.version}`;
    if (existing.box_data?.checksum === draft.box_data.checksum && downloadUrl === undefined) {
      run.say(`${name} has this very box already`);
      return false;
    }
    if (!run.options.force) {
      throw new BuildError(`${name} exists already and holds another box.`, {
        hint: "Publish under a new version, or replace the box with -force.",
      });
    }
  }
  await client.writeArchitecture(slot, draft, existing !== undefined);
  return downloadUrl === undefined;
}

function holdsBox({ box_data: data }: RegistryArchitecture): boolean {
  return data?.size !== undefined && data.size !== "" && data.size !== "0";
}

async function architectureDraft(
  step: Step,
  { config, box, slot, downloadUrl }: RegistryPublication,
): Promise<ArchitectureDraft> {
  const { type = "none", digest } = await boxChecksum({ config, box, downloadUrl }, step.signal);
  return {
    architecture_type: slot.architecture,
    default: config.default_architecture === slot.architecture,
    box_data: { checksum: digest, checksum_type: type.toUpperCase(), download_url: downloadUrl },
  };
}

async function upload(run: Run, step: Step, { client, config, box, slot }: RegistryPublication): Promise<void> {
  const direct = await goesDirect(run, box.path, config.no_direct_upload);
  let object: string | undefined;
  await uploadBox(run, step, {
    path: box.path,
    insecureTls: skipsTlsVerify(config, config.hcp_api_address),
    address: async () => {
      const address = await client.uploadAddress(slot, direct);
      object = address.object;
      return { url: address.url };
    },
  });
  if (direct && object !== undefined) await client.completeUpload(slot, object);
}

function published(config: VagrantRegistryConfig, slot: RegistrySlot): ArtifactOf<typeof BUILDER_ID.vagrantRegistry> {
  return {
    builderId: BUILDER_ID.vagrantRegistry,
    id: `${config.box_tag}:${slot.version}:${slot.provider}`,
    files: [],
    description: `'${slot.provider}': ${config.box_tag}`,
    state: { tag: config.box_tag, version: slot.version, architecture: slot.architecture },
    // What has been published stays: it is not ours to remove.
    destroy: () => Promise.resolve(),
  };
}
