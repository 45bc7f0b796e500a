/** Lets `ubuntu` in with a password. An RSA host key takes an emulated processor many seconds to make. */
const LOGIN = {
  users: [{ name: "ubuntu", shell: "/bin/bash", sudo: "ALL=(ALL) NOPASSWD:ALL", lock_passwd: false }],
  chpasswd: { expire: false, users: [{ name: "ubuntu", password: "ubuntu", type: "text" }] },
  ssh_pwauth: true,
  ssh_genkeytypes: ["ed25519"],
};

/** What cloud-init in the Debian guest is told, as the text of `user-data`. */
export const debianUserData = (more: object): string => `#cloud-config\n${JSON.stringify({ ...LOGIN, ...more })}\n`;

/** The arguments that a QEMU source needs for the Debian guest, as HCL; a file `user-data` is beside the template. */
export const debianMachine = (image: string, name: string): string => `
  iso_url          = "${image}"
  iso_checksum     = "none"
  disk_image       = true
  skip_resize_disk = true
  accelerator      = "tcg"
  cpu_model        = "max"
  memory           = 1024
  disk_cache       = "unsafe"
  headless         = true
  cd_label         = "cidata"
  cd_content = {
    "meta-data" = "instance-id: ${name}\\nlocal-hostname: ${name}\\n"
    "user-data" = file("user-data")
  }
  ssh_username = "ubuntu"
  ssh_password = "ubuntu"
  ssh_timeout  = "20m"
`;
