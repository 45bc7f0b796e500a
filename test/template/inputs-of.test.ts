import { expect, it } from "vitest";
import { registry } from "../../src/registry.ts";
import type { ComponentKind } from "../../src/sdk/component.ts";
import { fieldMeta } from "../../src/sdk/schema/field.ts";
import type { Schema } from "../../src/sdk/schema/schema.ts";
import { INPUT_ARGUMENTS } from "../../src/template/inputs-of.ts";

const KINDS: readonly ComponentKind[] = ["builder", "provisioner", "post-processor", "data-source"];

/** What sounds like a file of this computer. */
const SOUNDS_LIKE_ONE = /file|path|dir|script|iso|image|firmware|include|source|_url|urls|binary/;

/** And is none that the build reads: things in the machine or in a cloud, names, and what the build writes. */
const NO_INPUTS = new Set([
  "Resource",
  "ami_description",
  "box_description",
  "box_download_url",
  "description",
  "destination",
  "files",
  "hcp_auth_url",
  "host_resource_group_arn",
  "image_repository",
  "iso_target_extension",
  "output_directory",
  "remote_env_var_path",
  "output_filename",
  // Of a data source: read before any build begins.
  "path",
  "profile",
  "iam_instance_profile",
  "qmp_socket_path",
  "remote_env_var_path",
  "remote_file",
  "remote_path",
  "snapshot_description",
  "source_ami",
  "source_device_name",
  "tempfile_extension",
  "temporary_iam_instance_profile_policy_document",
  "temporary_security_group_source_cidrs",
  "vagrant_cloud_url",
  "version_description",
  "virtualbox_version_file",
]);

it("M-04: knows of every argument that sounds like a file whether the build reads it", async () => {
  const names = new Set<string>();
  for (const kind of KINDS) {
    for (const type of registry.types(kind)) {
      const component = await registry.load(kind, type);
      collect((component as { readonly schema: Schema<unknown> }).schema, names);
    }
  }
  const unknown = [...names].filter((name) => !INPUT_ARGUMENTS.has(name) && !NO_INPUTS.has(name));
  expect(unknown).toEqual([]);
  expect([...INPUT_ARGUMENTS].filter((name) => NO_INPUTS.has(name))).toEqual([]);
});

function collect(schema: Schema<unknown>, names: Set<string>): void {
  for (const [name, field] of Object.entries(schema.object.shape)) {
    const { nested, fieldKind } = fieldMeta(field as Parameters<typeof fieldMeta>[0]);
    if (nested) collect(nested, names);
    else if (["text", "late", "list"].includes(fieldKind) && SOUNDS_LIKE_ONE.test(name)) names.add(name);
  }
}
