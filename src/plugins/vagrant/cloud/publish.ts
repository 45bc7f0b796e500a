import { boxChecksum } from "../box-checksum.ts";
import { goesDirect, uploadBox } from "../box-upload.ts";
import { BuildError } from "../../../sdk/error.ts";
import type { Run, Step } from "../../../sdk/run.ts";
import type { VagrantBox } from "../vagrant-box.ts";
import { CloudRefusal, type CloudClient, type CloudProvider, type ProviderDraft } from "./client.ts";
import type { VagrantCloudConfig } from "./options.ts";

export interface CloudPublication {
  readonly config: VagrantCloudConfig;
  readonly client: CloudClient;
  readonly box: VagrantBox;
  readonly architecture: string | undefined;
  /** Set where the box is hosted elsewhere and not uploaded. */
  readonly downloadUrl: string | undefined;
  /** Once true, nothing is undone: a later post-processor may fail, but the box is public. */
  isPublished: boolean;
}

/**
 * Makes the version where the box lacks it, makes or updates the provider, uploads, and only then releases. What this
 * run created is removed again when a later step fails; what was there before is never removed.
 */
export async function publish(run: Run, publication: CloudPublication): Promise<void> {
  const prepared = await run.step("prepare provider", (step) => providerDraft(publication, step));
  await run.step("create version", (step) => ensureVersion(run, step, publication));
  const { providers = [] } = await publication.client.readVersion();
  const draft = { ...prepared, architecture: ownArchitecture(prepared, providers) };
  const existing = providers.find((other) => isSame(other, draft));
  const ensure = existing
    ? () => replaceProvider(run, publication, { existing, draft })
    : (step: Step) => createProvider(step, publication, draft);
  const needsUpload = await run.step("create provider", ensure);
  if (needsUpload) await run.step("upload box", (step) => upload(run, step, { publication, draft }));
  await release(run, publication);
  publication.isPublished = true;
}

async function providerDraft(
  { config, box, architecture, downloadUrl }: CloudPublication,
  step: Step,
): Promise<ProviderDraft> {
  const { default_architecture: wanted } = config;
  const { type, digest } = await boxChecksum({ config, box, downloadUrl }, step.signal);
  return {
    name: box.provider,
    architecture,
    default_architecture: wanted === undefined ? undefined : wanted === architecture,
    url: downloadUrl,
    checksum_type: type,
    checksum: digest,
  };
}

async function ensureVersion(run: Run, step: Step, publication: CloudPublication): Promise<void> {
  const { client, config } = publication;
  const box = await client.readBox();
  if (box.versions?.some(({ version }) => version === config.version)) {
    run.say(`Version ${config.version} of ${config.box_tag} exists already`);
    return;
  }
  step.onCleanup(`version ${config.version} of ${config.box_tag}`, async (_, signal) => {
    if (publication.isPublished) return;
    const undoing = client.withSignal(signal);
    const version = await undoing.readVersion().catch(() => undefined);
    // Another build may have published its provider under the same version meanwhile.
    if (version && (version.providers ?? []).length === 0) await undoing.deleteVersion();
  });
  await createUnlessThere(() => client.createVersion(config.version_description));
  run.say(`Created version ${config.version} of ${config.box_tag}`);
}

/** A lost answer to a create that went through shows as "exists already" on the next try. */
async function createUnlessThere(create: () => Promise<void>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!(error instanceof CloudRefusal) || (error.status !== 422 && error.status !== 409)) throw error;
    if (!/already|taken|exists/i.test(error.message)) throw error;
  }
}

/** As the service calls the architecture of a box that does not say its own. */
const UNKNOWN_ARCHITECTURE = "unknown";

/**
 * A box without an architecture takes the place of no other: beside one of the same provider it is named `unknown`, since
 * a path without an architecture means whichever the service prefers.
 */
function ownArchitecture({ name, architecture }: ProviderDraft, providers: readonly CloudProvider[]) {
  const hasNamesake = providers.some((other) => other.name === name);
  return architecture ?? (hasNamesake ? UNKNOWN_ARCHITECTURE : undefined);
}

function isSame(other: CloudProvider, { name, architecture }: ProviderDraft): boolean {
  return other.name === name && (other.architecture ?? UNKNOWN_ARCHITECTURE) === architecture;
}

/** Resolves to whether the box has to be uploaded. */
async function createProvider(step: Step, publication: CloudPublication, draft: ProviderDraft): Promise<boolean> {
  const { client, downloadUrl } = publication;
  step.onCleanup(`provider ${draft.name} on Vagrant Cloud`, async (_, signal) => {
    if (!publication.isPublished) await client.withSignal(signal).deleteProvider(draft.name, draft.architecture);
  });
  await createUnlessThere(() => client.createProvider(draft));
  return downloadUrl === undefined;
}

interface Replacement {
  readonly existing: CloudProvider;
  readonly draft: ProviderDraft;
}

/** Resolves to whether the box has to be uploaded. */
async function replaceProvider(
  run: Run,
  publication: CloudPublication,
  { existing, draft }: Replacement,
): Promise<boolean> {
  const { client, config, downloadUrl } = publication;
  const name = `Provider ${existing.name} of version ${config.version}`;
  const isSameBox = Boolean(existing.checksum) && existing.checksum === draft.checksum;
  if (isSameBox && existing.hosted !== false && downloadUrl === undefined) {
    run.say(`${name} has this very box already`);
    return false;
  }
  const isIncomplete = existing.hosted === false || !existing.checksum;
  if (!isSameBox && !isIncomplete && !run.options.force) {
    throw new BuildError(`${name} exists already and holds another box.`, {
      hint: "Publish under a new version, or replace the box with -force.",
    });
  }
  await client.updateProvider(draft);
  return downloadUrl === undefined;
}

interface Upload {
  readonly publication: CloudPublication;
  readonly draft: ProviderDraft;
}

async function upload(run: Run, step: Step, { publication, draft }: Upload): Promise<void> {
  const { client, config, box } = publication;
  const direct = await goesDirect(run, box.path, config.no_direct_upload);
  let callback: string | undefined;
  await uploadBox(run, step, {
    path: box.path,
    insecureTls: config.insecure_skip_tls_verify,
    address: async () => {
      const address = await client.uploadAddress(draft.name, draft.architecture, direct);
      callback = address.callback;
      return { url: address.upload_path };
    },
  });
  if (direct && callback !== undefined) await client.confirmUpload(callback, config.vagrant_cloud_url);
}

async function release(run: Run, { client, config }: CloudPublication): Promise<void> {
  if (config.no_release) {
    run.say(`Version ${config.version} stays unreleased, as asked`);
    return;
  }
  await run.step("release version", async () => {
    try {
      await client.release();
    } catch (error) {
      if (!(error instanceof CloudRefusal) || !/already been released/i.test(error.message)) throw error;
    }
    run.say(`Released version ${config.version} of ${config.box_tag}`);
  });
}
