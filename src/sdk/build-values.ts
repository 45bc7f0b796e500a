/** What `build.*` offers whatever the builder: a template may name them, and every builder gives them. */
export const BUILD_VALUES = [
  "ID",
  "Host",
  "Port",
  "User",
  "Password",
  "ConnType",
  "PackerRunUUID",
  "PackerHTTPAddr",
  "PackerHTTPIP",
  "PackerHTTPPort",
  "SSHPublicKey",
  "SSHPrivateKey",
  "SSHPrivateKeyFile",
  "SSHAgentAuth",
  "WinRMPassword",
] as const;

export type BuildValueName = (typeof BUILD_VALUES)[number];
