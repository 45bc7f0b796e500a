/**
 * The Packer release whose behaviour templates can rely on; what `required_version` and `min_packer_version` are
 * checked against.
 */
export const COMPATIBLE_PACKER_VERSION = "1.16.0";
