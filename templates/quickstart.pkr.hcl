# A first image in about a minute, on a machine with nothing but QEMU: installs a tiny Linux from an ISO, by typing at its
# boot prompt and answering its installer over HTTP, provisions it over SSH, and leaves a disk image that boots.
#
#   make quickstart
#
# or, with the ISO made by hand:
#
#   test/guest/tiny/build.sh tiny.iso
#   imgbuild build -var iso=tiny.iso templates/quickstart.pkr.hcl

packer {
  required_plugins {
    qemu = {
      version = ">= 1.1.0"
      source  = "github.com/hashicorp/qemu"
    }
  }
}

variable "iso" {
  type        = string
  description = "Path or URL of the tiny installer ISO."
}

variable "iso_checksum" {
  type        = string
  description = "What the ISO has to be. It was made on this machine, so there is nobody else to trust."
  default     = "none"
}

source "qemu" "quickstart" {
  iso_url      = var.iso
  iso_checksum = var.iso_checksum

  vm_name          = "quickstart.qcow2"
  output_directory = "output-quickstart"
  memory           = 256
  disk_size        = "256M"
  headless         = true

  http_directory = "${path.root}/http"
  boot_wait      = "2s"
  boot_command   = ["install answer=http://{{ .HTTPIP }}:{{ .HTTPPort }}/quickstart.cfg<enter>"]

  ssh_username     = "vagrant"
  ssh_password     = "vagrant"
  ssh_timeout      = "5m"
  shutdown_command = "echo vagrant | sudo -S -p '' poweroff"
}

build {
  sources = ["source.qemu.quickstart"]

  provisioner "shell" {
    scripts = [
      "${path.root}/../scripts/vagrant-user.sh",
      "${path.root}/../scripts/provision.sh",
    ]
    execute_command = "chmod +x {{ .Path }}; echo vagrant | {{ .Vars }} sudo -S -p '' -E sh {{ .Path }}"
  }

  post-processor "vagrant" {
    output               = "quickstart-{{ .Provider }}.box"
    vagrantfile_template = "${path.root}/quickstart.Vagrantfile"
    keep_input_artifact  = true
  }
}
