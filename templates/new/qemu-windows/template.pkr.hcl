# @system@ from the evaluation ISO (free for 180 days), installed by Windows Setup, made anonymous by sysprep, as a Vagrant
# box for libvirt.

packer {
  required_plugins {
    qemu = {
      version = ">= 1.1.0"
      source  = "github.com/hashicorp/qemu"
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
  type    = string
  default = "60G"
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

variable "virtio_iso" {
  type        = string
  description = "The disc with the drivers of Fedora's virtio-win project: several times as fast. Without it the machine gets a disk and a network card that Windows knows by itself."
  default     = ""
}

locals {
  has_virtio = var.virtio_iso != ""
  # Nobody knows which letters the discs will get.
  driver_folders = ["viostor\\@driver_folder@\\amd64", "NetKVM\\@driver_folder@\\amd64"]
  drivers        = local.has_virtio ? [for pair in setproduct(["D", "E", "F"], local.driver_folders) : "${pair[0]}:\\${pair[1]}"] : []
}

source "qemu" "box" {
  iso_url      = var.iso_url
  iso_checksum = var.iso_checksum

  vm_name          = "${var.name}.qcow2"
  output_directory = "${path.root}/output"
  cpus             = 2
  memory           = var.memory
  disk_size        = var.disk_size
  headless         = var.headless

  disk_interface  = local.has_virtio ? "virtio" : "ide"
  net_device      = local.has_virtio ? "virtio-net" : "e1000"
  qemuargs_append = local.has_virtio ? [["-drive", "file=${var.virtio_iso},media=cdrom,readonly=on"]] : []

  # Windows Setup looks for its answers at the top of every disc.
  cd_label = "answers"
  cd_content = {
    "Autounattend.xml" = templatefile("${path.root}/answers/Autounattend.xml.pkrtpl", {
      edition    = var.edition
      username   = "vagrant"
      password   = var.password
      first_boot = "open-winrm.ps1"
      drivers    = local.drivers
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
  sources     = ["source.qemu.box"]

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
