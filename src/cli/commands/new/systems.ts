/** What may be asked of a new template, in the order in which it is offered: the first is the default. */
export const PLATFORMS = {
  qemu: "QEMU, libvirt, KVM",
  virtualbox: "VirtualBox",
  amazon: "Amazon EC2",
  docker: "Docker, by Packer's plugin",
} as const;
export type Platform = keyof typeof PLATFORMS;

export const PURPOSES = {
  cloud: "an image for clouds and servers, made from the distribution's own cloud image in minutes",
  box: "a Vagrant box, installed from the ISO by the system's own installer",
  ami: "an Amazon machine image",
  container: "a container image",
} as const;
export type Purpose = keyof typeof PURPOSES;

/** How a system is installed. */
export type Family = "debian" | "ubuntu" | "amazon-linux" | "windows";

export interface System {
  readonly title: string;
  readonly family: Family;
  /** What stands for `@key@` in the files of a recipe, by kind of image. */
  readonly cloud?: Values<"image_url" | "checksums_url" | "username">;
  readonly iso?: Values<"iso_url" | "checksums_url" | "guest_os_type">;
  readonly windows?: Values<"iso_url" | "iso_checksum" | "edition" | "driver_folder">;
  readonly ami?: Values<"owner" | "owner_name" | "image_pattern" | "username">;
  readonly container?: Values<"container">;
}
type Values<Key extends string> = Readonly<Record<Key, string>>;

export const SYSTEMS = {
  "debian-13": debian("13", "trixie", "13.1.0"),
  "debian-12": debian("12", "bookworm", "12.12.0"),
  "ubuntu-24.04": ubuntu("24.04", "noble", "https://old-releases.ubuntu.com/releases/24.04/", "24.04.2"),
  "ubuntu-22.04": ubuntu("22.04", "jammy", "https://releases.ubuntu.com/22.04/", "22.04.5"),
  "amazon-linux-2023": {
    title: "Amazon Linux 2023",
    family: "amazon-linux",
    ami: {
      owner: "amazon",
      owner_name: "Amazon's own",
      image_pattern: "al2023-ami-2023.*-x86_64",
      username: "ec2-user",
    },
    container: { container: "amazonlinux:2023" },
  },
  "windows-server-2025": windows("2025", "2k25", {
    iso_url:
      "https://software-static.download.prss.microsoft.com/dbazure/888969d5-f34g-4e03-ac9d-1f9786c66749/26100.1742.240906-0331.ge_release_svc_refresh_SERVER_EVAL_x64FRE_en-us.iso",
    iso_checksum: "sha256:d0ef4502e350e3c6c53c15b1b3020d38a5ded011bf04998e950720ac8579b23d",
  }),
  "windows-server-2022": windows("2022", "2k22", {
    iso_url:
      "https://software-static.download.prss.microsoft.com/sg/download/888969d5-f34g-4e03-ac9d-1f9786c66749/SERVER_EVAL_x64FRE_en-us.iso",
    iso_checksum: "sha256:3e4fa6d8507b554856fc9ca6079cc402df11a8b79344871669f0251535255325",
  }),
} as const satisfies Readonly<Record<string, System>>;
export type SystemName = keyof typeof SYSTEMS;

/** `release`: one that Debian keeps in its archive for ever. */
function debian(version: string, codename: string, release: string): System {
  const images = `https://cloud.debian.org/images/cloud/${codename}/latest`;
  const isos = `https://cdimage.debian.org/cdimage/archive/${release}/amd64/iso-cd`;
  return {
    title: `Debian ${version}`,
    family: "debian",
    cloud: {
      image_url: `${images}/debian-${version}-genericcloud-amd64.qcow2`,
      checksums_url: `${images}/SHA512SUMS`,
      username: "debian",
    },
    iso: {
      iso_url: `${isos}/debian-${release}-amd64-netinst.iso`,
      checksums_url: `${isos}/SHA256SUMS`,
      guest_os_type: "Debian_64",
    },
    ami: {
      owner: "136693071363",
      owner_name: "Debian",
      image_pattern: `debian-${version}-amd64-*`,
      username: "admin",
    },
    container: { container: `debian:${codename}-slim` },
  };
}

/** `isos`: where the ISO of that release stays, which is another place for the newest one. */
function ubuntu(version: string, codename: string, isos: string, release: string): System {
  const images = `https://cloud-images.ubuntu.com/releases/${version}/release`;
  return {
    title: `Ubuntu ${version}`,
    family: "ubuntu",
    cloud: {
      image_url: `${images}/ubuntu-${version}-server-cloudimg-amd64.img`,
      checksums_url: `${images}/SHA256SUMS`,
      username: "ubuntu",
    },
    iso: {
      iso_url: `${isos}ubuntu-${release}-live-server-amd64.iso`,
      checksums_url: `${isos}SHA256SUMS`,
      guest_os_type: "Ubuntu_64",
    },
    ami: {
      owner: "099720109477",
      owner_name: "Canonical",
      image_pattern: `ubuntu/images/*ubuntu-${codename}-${version}-amd64-server-*`,
      username: "ubuntu",
    },
    container: { container: `ubuntu:${version}` },
  };
}

function windows(version: string, driverFolder: string, iso: Values<"iso_url" | "iso_checksum">): System {
  return {
    title: `Windows Server ${version}`,
    family: "windows",
    windows: { ...iso, edition: `Windows Server ${version} SERVERSTANDARD`, driver_folder: driverFolder },
  };
}
