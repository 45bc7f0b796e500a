# A Windows Server Vagrant box, installed from the evaluation ISO by Windows Setup itself. docs/windows.md explains it.
#
#   imgbuild build templates/windows-virtualbox.pkr.hcl

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

locals {
  username = "vagrant"
  password = "vagrant"
}

source "virtualbox-iso" "windows" {
  vm_name          = "windows-server"
  guest_os_type    = "Windows2022_64"
  output_directory = "output-windows-virtualbox"
  headless         = var.headless
  cpus             = 2
  memory           = 4096
  disk_size        = 61440

  hard_drive_interface     = "sata"
  hard_drive_nonrotational = true
  iso_interface            = "sata"
  guest_additions_mode     = "disable"

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
      drivers    = []
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
  sources = ["source.virtualbox-iso.windows"]

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
