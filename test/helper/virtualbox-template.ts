import { resolve } from "node:path";

/** The arguments that a VirtualBox source needs for the tiny guest, whichever builder it is of, as HCL. */
export const tinyMachine = `
  headless             = true
  guest_additions_mode = "disable"
  ssh_username         = "vagrant"
  ssh_password         = "vagrant"
  ssh_timeout          = "40m"
  shutdown_command     = "echo vagrant | sudo -S poweroff"
  shutdown_timeout     = "15m"
`;

/** Runs scripts/provision.sh, and what makes a user Vagrant's, as the user's templates do. */
export const provisionScripts = `
  provisioner "shell" {
    scripts         = ["${resolve("scripts/provision.sh")}", "${resolve("scripts/vagrant-user.sh")}"]
    execute_command = "chmod +x {{ .Path }}; echo vagrant | {{ .Vars }} sudo -S -E sh {{ .Path }}"
  }
`;
