# A Windows Server image for QEMU and libvirt, installed from the evaluation ISO by Windows Setup itself. docs/windows.md
# explains it.
#
#   imgbuild build templates/windows-qemu.pkr.hcl
#   imgbuild build -var virtio_iso=virtio-win.iso templates/windows-qemu.pkr.hcl     # several times as fast a machine

packer {
  required_plugins {
    qemu = {
      version = ">= 1.0.9"
      source  = "github.com/hashicorp/qemu"
    }
    vagrant = {
      version = ">= 1.1.1"
      source  = "github.com/hashicorp/vagrant"
    }
  }
}

variable "iso_url" {
  type        = string
  description = "Windows Server 2022, the evaluation edition: free for 180 days."
  default     = "https://software-static.download.prss.microsoft.com/sg/download/888969d5-f34g-4e03-ac9d-1f9786c66749/SERVER_EVAL_x64FRE_en-us.iso"
}

variable "iso_checksum" {
  type    = string
  default = "sha256:3e4fa6d8507b554856fc9ca6079cc402df11a8b79344871669f0251535255325"
}

variable "edition" {
  type        = string
  description = "One of the images in the ISO. SERVERSTANDARDCORE has no desktop."
  default     = "Windows Server 2022 SERVERSTANDARD"
}

variable "communicator" {
  type        = string
  description = "How to get into the machine: winrm or ssh."
  default     = "winrm"

  validation {
    condition     = contains(["winrm", "ssh"], var.communicator)
    error_message = "The communicator is winrm or ssh."
  }
}

variable "headless" {
  type        = bool
  description = "Set to false to watch Windows Setup."
  default     = true
}

variable "virtio_iso" {
  type        = string
  description = "The disc with the drivers of Fedora's virtio-win project. Without it the machine gets a disk and a network card that Windows knows by itself."
  default     = ""
}

locals {
  username = "vagrant"
  password = "vagrant"

  has_virtio = var.virtio_iso != ""
  # Nobody knows which letters the discs will get.
  driver_folders = ["viostor\\2k22\\amd64", "NetKVM\\2k22\\amd64"]
  drivers        = local.has_virtio ? [for pair in setproduct(["D", "E", "F"], local.driver_folders) : "${pair[0]}:\\${pair[1]}"] : []
}

source "qemu" "windows" {
  vm_name          = "windows-server"
  output_directory = "output-windows-qemu"
  headless         = var.headless
  cpus             = 2
  memory           = 4096
  disk_size        = "60G"
  format           = "qcow2"

  disk_interface  = local.has_virtio ? "virtio" : "ide"
  net_device      = local.has_virtio ? "virtio-net" : "e1000"
  qemuargs_append = local.has_virtio ? [["-drive", "file=${var.virtio_iso},media=cdrom,readonly=on"]] : []

  iso_url      = var.iso_url
  iso_checksum = var.iso_checksum

  # Windows Setup looks for its answers at the top of every disc.
  cd_label = "answers"
  cd_content = {
    "Autounattend.xml" = templatefile("${path.root}/windows/Autounattend.xml.pkrtpl", {
      edition    = var.edition
      username   = local.username
      password   = local.password
      first_boot = "open-${var.communicator}.ps1"
      drivers    = local.drivers
    })
    "open-winrm.ps1" = file("${path.root}/windows/open-winrm.ps1")
    "open-ssh.ps1"   = file("${path.root}/windows/open-ssh.ps1")
  }

  boot_wait = "1s"

  communicator   = var.communicator
  winrm_username = local.username
  winrm_password = local.password
  winrm_timeout  = "2h"
  ssh_username   = local.username
  ssh_password   = local.password
  ssh_timeout    = "2h"

  shutdown_command = "shutdown /s /t 0 /f"
  shutdown_timeout = "15m"
}

build {
  sources = ["source.qemu.windows"]

  provisioner "powershell" {
    inline = ["Get-ComputerInfo -Property WindowsProductName, OsVersion"]
  }

  provisioner "windows-restart" {
    restart_timeout = "15m"
  }

  post-processor "vagrant" {
    output = "windows-{{ .Provider }}.box"
  }
}
