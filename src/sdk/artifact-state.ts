/** Who makes artifacts: the ids are Packer's, and the interface between builders and post-processors. */
export const BUILDER_ID = {
  amazonEbs: "mitchellh.amazonebs",
  amazonEbsSurrogate: "mitchellh.amazon.ebssurrogate",
  amazonEbsVolume: "mitchellh.amazon.ebsvolume",
  amazonImport: "packer.post-processor.amazon-import",
  amazonInstance: "mitchellh.amazon.instance",
  artifice: "packer.post-processor.artifice",
  azure: "Azure.ResourceManagement.VMImage",
  checksum: "packer.post-processor.checksum",
  compress: "packer.post-processor.compress",
  digitalOcean: "pearkes.digitalocean",
  dockerImport: "packer.post-processor.docker-import",
  dockerPush: "packer.post-processor.docker-push",
  dockerTag: "packer.post-processor.docker-tag",
  file: "packer.file",
  googleCompute: "packer.googlecompute",
  hyperv: "MSOpenTech.hyperv",
  lxc: "ustream.lxc",
  null: "fnoeding.null",
  parallels: "packer.parallels",
  qemu: "transcend.qemu",
  scaleway: "hashicorp.scaleway",
  vagrantBox: "mitchellh.post-processor.vagrant",
  vagrantCloud: "pearkes.post-processor.vagrant-cloud",
  vagrantRegistry: "packer.post-processor.vagrant-registry",
  virtualbox: "mitchellh.virtualbox",
  vmware: "mitchellh.vmware",
  vmwareEsx: "mitchellh.vmware-esx",
} as const;

/** The state of an artifact that later stages read, by builder id. Artifacts of other builders may hold anything. */
export interface ArtifactStates {
  [BUILDER_ID.qemu]: QemuState;
  [BUILDER_ID.virtualbox]: MachineState;
  [BUILDER_ID.amazonEbs]: ImageState;
  [BUILDER_ID.amazonEbsSurrogate]: ImageState;
  [BUILDER_ID.amazonEbsVolume]: Pick<ImageState, "region">;
  [BUILDER_ID.amazonImport]: Omit<ImageState, "source_image_name">;
  [BUILDER_ID.vagrantBox]: BoxState;
  [BUILDER_ID.vagrantCloud]: PublishedBoxState;
  [BUILDER_ID.vagrantRegistry]: PublishedBoxState;
}

export interface MachineState {
  /** The guest's, as Vagrant and Debian name it. */
  readonly architecture: string;
  /** Absent: not Windows, as far as is known. */
  readonly guest?: WindowsGuest | undefined;
}

/** How to get into a Windows guest. */
export interface WindowsGuest {
  readonly system: "windows";
  readonly communicator: "ssh" | "winrm" | "none";
  readonly user: string;
}

/** The first five names are Packer's. */
export interface QemuState extends MachineState {
  readonly diskName: string;
  /** Absolute paths. */
  readonly diskPaths: readonly string[];
  readonly diskType: "qcow2" | "raw";
  /** A number with a unit, as in `disk_size`. */
  readonly diskSize: string;
  /** The accelerator. */
  readonly domainType: string;
  readonly efiVarsPath?: string | undefined;
  readonly efiCodePath?: string | undefined;
}

interface ImageState extends MachineState {
  readonly region: string;
  readonly source_image_name: string;
}

export interface BoxState extends MachineState {
  /** Vagrant's name. */
  readonly provider: string;
}

interface PublishedBoxState {
  readonly tag: string;
  readonly version: string;
  readonly architecture?: string | undefined;
}

/** Of makers that are not listed nothing is known; JSON values. */
export type ArtifactState = ArtifactStates[keyof ArtifactStates] | Readonly<Record<string, unknown>>;
