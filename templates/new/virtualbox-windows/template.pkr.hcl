# @system@ from the evaluation ISO (free for 180 days), installed by Windows Setup, made anonymous by sysprep, as a Vagrant
# box for VirtualBox.

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
  description = "Name of the box."
  default     = "@slug@"
}

variable "iso_url" {
  type        = string
  description = "The evaluation edition, or an ISO of yours."
  default     = "@iso_url@"
}

variable "iso_checksum" {
  type    = string
  default = "@iso_checksum@"
}

variable "edition" {
  type        = string
  description = "One of the images in the ISO. The one that ends in SERVERSTANDARDCORE has no desktop."
  default     = "@edition@"
}

variable "password" {
  type        = string
  description = "Of vagrant and of Administrator. Vagrant expects this one."
  default     = "vagrant"
}

variable "disk_size" {
  type        = number
  description = "MiB."
  default     = 61440
}

variable "memory" {
  type        = number
  description = "MiB."
  default     = 4096
}

variable "headless" {
  type        = bool
  description = "Set to false to watch Windows Setup."
  default     = true
}

source "virtualbox-iso" "box" {
  iso_url      = var.iso_url
  iso_checksum = var.iso_checksum

  vm_name          = var.name
  guest_os_type    = "Windows2022_64"
  output_directory = "${path.root}/output"
  cpus             = 2
  memory           = var.memory
  disk_size        = var.disk_size
  headless         = var.headless

  hard_drive_interface     = "sata"
  hard_drive_nonrotational = true
  iso_interface            = "sata"
  guest_additions_mode     = "disable"

  # Windows Setup looks for its answers at the top of every disc.
  cd_label = "answers"
  cd_content = {
    "Autounattend.xml" = templatefile("${path.root}/answers/Autounattend.xml.pkrtpl", {
      edition    = var.edition
      username   = "vagrant"
      password   = var.password
      first_boot = "open-winrm.ps1"
      drivers    = []
    })
    "open-winrm.ps1" = file("${path.root}/answers/open-winrm.ps1")
  }

  boot_wait = "1s"

  communicator     = "winrm"
  winrm_username   = "vagrant"
  winrm_password   = var.password
  winrm_timeout    = "2h"
  shutdown_command = "C:\\Windows\\System32\\Sysprep\\sysprep.exe /generalize /oobe /shutdown /quiet /unattend:C:\\Windows\\Temp\\sysprep.xml"
  shutdown_timeout = "30m"
}

build {
  description = "@name@"
  sources     = ["source.virtualbox-iso.box"]

  provisioner "powershell" {
    scripts = ["${path.root}/scripts/provision.ps1"]
  }

  provisioner "windows-restart" {
    restart_timeout = "15m"
  }

  provisioner "file" {
    content     = templatefile("${path.root}/answers/sysprep.xml.pkrtpl", { password = var.password })
    destination = "C:/Windows/Temp/sysprep.xml"
  }

  post-processor "vagrant" {
    output = "${path.root}/${var.name}-{{ .Provider }}.box"
  }
}
