# A Debian 12 Vagrant box, installed from the netinst ISO by its own installer.
#
#   make virtualbox
#   vagrant up --provider=virtualbox
#
# Packages are added in scripts/provision.sh.

packer {
  required_plugins {
    virtualbox = {
      version = ">= 1.0.5"
      source  = "github.com/hashicorp/virtualbox"
    }
    vagrant = {
      version = ">= 1.1.1"
      source  = "github.com/hashicorp/vagrant"
    }
  }
}

variable "debian_version" {
  type        = string
  description = "The release to install; any that Debian keeps in its archive."
  default     = "12.12.0"
}

variable "headless" {
  type        = bool
  description = "Set to false to watch the installer in VirtualBox's window."
  default     = true
}

variable "cpus" {
  type    = number
  default = 2
}

variable "memory" {
  type        = number
  description = "MiB."
  default     = 1024
}

locals {
  mirror = "https://cdimage.debian.org/cdimage/archive/${var.debian_version}/amd64/iso-cd"
  name   = "debian-${var.debian_version}"
}

source "virtualbox-iso" "debian" {
  vm_name          = local.name
  guest_os_type    = "Debian12_64"
  output_directory = "output-virtualbox"
  headless         = var.headless
  cpus             = var.cpus
  memory           = var.memory
  disk_size        = 20480

  hard_drive_interface     = "sata"
  hard_drive_discard       = true
  hard_drive_nonrotational = true
  iso_interface            = "sata"

  iso_url      = "${local.mirror}/debian-${var.debian_version}-amd64-netinst.iso"
  iso_checksum = "file:${local.mirror}/SHA256SUMS"

  http_directory = "${path.root}/http"
  boot_wait      = "5s"
  boot_command = [
    "<esc><wait>",
    "auto priority=critical url=http://{{ .HTTPIP }}:{{ .HTTPPort }}/debian-preseed.cfg ",
    "hostname=debian domain= <enter>",
  ]

  ssh_username     = "vagrant"
  ssh_password     = "vagrant"
  ssh_timeout      = "45m"
  shutdown_command = "echo vagrant | sudo -S -p '' systemctl poweroff"

  guest_additions_mode = "disable"
}

build {
  sources = ["source.virtualbox-iso.debian"]

  provisioner "shell" {
    scripts = [
      "${path.root}/../scripts/vagrant-user.sh",
      "${path.root}/../scripts/provision.sh",
      "${path.root}/../scripts/clean-up.sh",
    ]
    execute_command = "chmod +x {{ .Path }}; echo vagrant | {{ .Vars }} sudo -S -p '' -E sh {{ .Path }}"
  }

  post-processor "vagrant" {
    output = "debian-{{ .Provider }}.box"
  }
}
