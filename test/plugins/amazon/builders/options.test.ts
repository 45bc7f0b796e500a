import { describe, expect, it } from "vitest";
import { registry } from "../../../../src/registry.ts";
import type { Component, ComponentKind } from "../../../../src/sdk/component.ts";
import { describeSchema } from "../../../../src/sdk/schema/describe.ts";

/** What Packer's Amazon components take, by its documentation; `a.b` is `b` in the block `a`. */
const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== "");
const inBlock = (block: string, text: string): readonly string[] => words(text).map((name) => `${block}.${name}`);

const DEVICE =
  "device_name volume_type volume_size iops throughput encrypted kms_key_id snapshot_id delete_on_termination no_device virtual_name";

const access = [
  ...words(`access_key secret_key token profile shared_credentials_file region skip_region_validation custom_endpoint_ec2
    max_retries mfa_code insecure_skip_tls_verify decode_authorization_messages skip_metadata_api_check
    skip_credential_validation`),
  ...inBlock(
    "assume_role",
    "role_arn duration_seconds external_id policy policy_arns session_name tags transitive_tag_keys",
  ),
  ...inBlock("vault_aws_engine", "name engine_name role_arn ttl"),
  ...inBlock("aws_polling", "max_attempts delay_seconds"),
];

const run = [
  ...words(`source_ami instance_type spot_instance_types spot_price spot_allocation_strategy spot_tags spot_tag fleet_tags
    fleet_tag block_duration_minutes vpc_id subnet_id availability_zone security_group_id security_group_ids
    temporary_security_group_source_cidrs temporary_security_group_source_public_ip associate_public_ip_address
    iam_instance_profile skip_profile_validation run_tags run_tag run_volume_tags run_volume_tag user_data user_data_file
    ebs_optimized enable_nitro_enclave enable_unlimited_credits enable_t2_unlimited shutdown_behavior
    disable_stop_instance capacity_reservation_preference capacity_reservation_id capacity_reservation_group_arn
    no_ephemeral windows_password_timeout temporary_key_pair_type temporary_key_pair_name ssh_keypair_name ssh_interface
    session_manager_port pause_before_ssm tenancy launch_block_device_mappings`),
  ...inBlock("source_ami_filter", "filters owners most_recent include_deprecated"),
  ...["vpc_filter", "subnet_filter", "security_group_filter"].flatMap((block) => inBlock(block, "filters")),
  ...inBlock("subnet_filter", "most_free random"),
  ...inBlock("temporary_iam_instance_profile_policy_document", "Version Statement"),
  ...inBlock("placement", "host_resource_group_arn host_id tenancy"),
  ...inBlock("license_specifications", "license_configuration_request"),
  ...inBlock("metadata_options", "http_endpoint http_tokens http_put_response_hop_limit instance_metadata_tags"),
];

const image = [
  ...words(`ami_name ami_description ami_virtualization_type ami_users ami_groups ami_org_arns ami_ou_arns
    ami_product_codes ami_regions snapshot_copy_duration_minutes encrypt_boot kms_key_id region_kms_key_ids
    skip_save_build_region skip_create_ami force_deregister force_delete_snapshot tags tag snapshot_tags snapshot_tag
    skip_ami_run_tags snapshot_users snapshot_groups deprecate_at imds_support ena_support sriov_support`),
  ...inBlock("deregistration_protection", "enabled with_cooldown"),
  ...inBlock("ami_block_device_mappings", DEVICE),
  ...inBlock("launch_block_device_mappings", DEVICE),
  ...inBlock(
    "fast_launch",
    `enable_fast_launch template_id template_name template_version region_launch_templates max_parallel_launches
     target_resource_count`,
  ),
];

const machine = [...access, ...run].filter((name) => name !== "launch_block_device_mappings");

const reference: Readonly<Record<string, readonly string[]>> = {
  "builder amazon-ebs": [...machine, ...image],
  "builder amazon-ebssurrogate": [
    ...machine,
    ...image,
    ...words("ami_architecture boot_mode uefi_data tpm_support use_create_image snapshot_description"),
    ...inBlock("ami_root_device", `source_device_name ${DEVICE}`),
    ...inBlock("launch_block_device_mappings", "omit_from_artifact"),
  ],
  "builder amazon-ebsvolume": [
    ...machine,
    ...words("ena_support sriov_support"),
    ...inBlock(
      "ebs_volumes",
      `tags tag snapshot_volume snapshot_tags snapshot_tag snapshot_users snapshot_groups snapshot_description ${DEVICE}`,
    ),
  ],
  "data-source amazon-ami": [...access, ...words("filters owners most_recent include_deprecated")],
  "data-source amazon-parameterstore": [...access, ...words("name with_decryption")],
  "data-source amazon-secretsmanager": [...access, ...words("name key version_id version_stage")],
  "data-source amazon-caller-identity": access,
  "post-processor amazon-import": [
    ...access,
    ...words(`s3_bucket_name s3_key_name s3_encryption s3_encryption_key skip_clean format ami_name ami_description
      ami_users ami_groups ami_org_arns ami_ou_arns ami_encrypt ami_kms_key license_type role_name architecture boot_mode
      platform imds_support tags keep_input_artifact`),
  ],
};

describe.each(Object.entries(reference))("%s", (name, expected) => {
  it("takes every option of Packer's", async () => {
    const [kind, type] = name.split(" ") as [ComponentKind, string];
    const { schema } = (await registry.load(kind, type)) as Component;
    const taken = new Set([
      ...describeSchema(schema).flatMap((option) => [
        option.name,
        ...(option.nested ?? []).map((inner) => `${option.name}.${inner.name}`),
      ]),
      ...Object.keys(schema.renamed),
      ...schema.legacy.map((argument) => argument.name),
    ]);
    expect(expected.filter((option) => !taken.has(option))).toEqual([]);
  });
});
