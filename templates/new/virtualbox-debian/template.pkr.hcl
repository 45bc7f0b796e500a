# @system@ from the netinst ISO, installed by its own installer, as a Vagrant box for VirtualBox.

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

variable "name" {
  type        = string
  description = "Name of the box, and of the machine."
  default     = "@slug@"
}

variable "iso_url" {
  type        = string
  description = "The installer."
  default     = "@iso_url@"
}

variable "iso_checksum" {
  type        = string
  description = "Of the installer: the list that its makers publish beside it."
  default     = "file:@checksums_url@"
}

variable "disk_size" {
  type        = number
  description = "MiB."
  default     = 20480
}

variable "cpus" {
  type    = number
  default = 2
}

variable "memory" {
  type        = number
  description = "MiB."
  default     = 2048
}

variable "headless" {
  type        = bool
  description = "Set to false to watch the installer in a window."
  default     = true
}

source "virtualbox-iso" "box" {
  iso_url      = var.iso_url
  iso_checksum = var.iso_checksum

  vm_name          = var.name
  guest_os_type    = "@guest_os_type@"
  output_directory = "${path.root}/output"
  cpus             = var.cpus
  memory           = var.memory
  disk_size        = var.disk_size
  headless         = var.headless

  hard_drive_interface     = "sata"
  hard_drive_discard       = true
  hard_drive_nonrotational = true
  iso_interface            = "sata"
  guest_additions_mode     = "disable"

  http_directory = "${path.root}/http"
  boot_wait      = "5s"
  boot_command = [
    "<esc><wait>",
    "auto priority=critical url=http://{{ .HTTPIP }}:{{ .HTTPPort }}/debian-preseed.cfg ",
    "hostname=${var.name} domain= <enter>",
  ]

  # Vagrant's well-known user, password and key: `vagrant up` replaces the key.
  ssh_username     = "vagrant"
  ssh_password     = "vagrant"
  ssh_timeout      = "45m"
  shutdown_command = "echo vagrant | sudo -S -p '' systemctl poweroff"
}

build {
  description = "@name@"
  sources     = ["source.virtualbox-iso.box"]

  provisioner "shell" {
    scripts = [
      "${path.root}/scripts/vagrant-user.sh",
      "${path.root}/scripts/provision.sh",
      "${path.root}/scripts/clean-up.sh",
    ]
    execute_command = "chmod +x {{ .Path }}; echo vagrant | {{ .Vars }} sudo -S -p '' -E sh {{ .Path }}"
  }

  post-processor "vagrant" {
    output = "${path.root}/${var.name}-{{ .Provider }}.box"
  }
}
