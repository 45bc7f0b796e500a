# @system@ from the distribution's own cloud image: cloud-init lets the build in, and begins anew in every machine made from it.

packer {
  required_plugins {
    qemu = {
      version = ">= 1.1.0"
      source  = "github.com/hashicorp/qemu"
    }
  }
}

variable "name" {
  type        = string
  description = "Name of the image, and of the machine while it is built."
  default     = "@slug@"
}

variable "iso_url" {
  type        = string
  description = "The cloud image to begin with."
  default     = "@image_url@"
}

variable "iso_checksum" {
  type        = string
  description = "Of that image: the list that its makers publish beside it."
  default     = "file:@checksums_url@"
}

variable "username" {
  type        = string
  description = "Who builds the image, and may become root in it."
  default     = "@username@"
}

variable "ssh_public_key" {
  type        = string
  description = "A line of an id_ed25519.pub: who may log in to the finished image as that user. Without it, only whom cloud-init is told to let in."
  default     = ""
}

variable "build_password" {
  type        = string
  description = "Of that user while the image is built. Without it, a new one for each build, and no build can go on from checkpoints."
  default     = ""
  sensitive   = true
}

variable "disk_size" {
  type    = string
  default = "10G"
}

variable "memory" {
  type        = number
  description = "MiB, while it is built."
  default     = 2048
}

variable "headless" {
  type        = bool
  description = "Set to false to watch the machine in a window."
  default     = true
}

# For the build only; the image is sealed without it.
local "password" {
  expression = var.build_password == "" ? uuidv4() : var.build_password
  sensitive  = true
}

locals {
  user = {
    name                = var.username
    shell               = "/bin/bash"
    sudo                = "ALL=(ALL) NOPASSWD:ALL"
    lock_passwd         = false
    ssh_authorized_keys = compact([var.ssh_public_key])
  }
  login = {
    manage_etc_hosts = true
    # Others take long to make, and none of them stays in the image.
    ssh_genkeytypes = ["ed25519"]
    ssh_pwauth      = true
    users           = [local.user]
    chpasswd = {
      expire = false
      users  = [{ name = var.username, password = local.password, type = "text" }]
    }
  }
}

source "qemu" "cloud" {
  iso_url      = var.iso_url
  iso_checksum = var.iso_checksum
  disk_image   = true

  vm_name          = "${var.name}.qcow2"
  output_directory = "${path.root}/output"
  cpus             = 2
  memory           = var.memory
  disk_size        = var.disk_size
  disk_discard     = "unmap"
  headless         = var.headless

  # cloud-init looks for a disc of this name.
  cd_label = "cidata"
  cd_content = {
    "meta-data" = yamlencode({ instance-id = var.name, local-hostname = var.name })
    "user-data" = "#cloud-config\n${yamlencode(local.login)}"
  }

  ssh_username     = var.username
  ssh_password     = local.password
  ssh_timeout      = "20m"
  shutdown_command = "sudo systemctl poweroff"
}

build {
  description = "@name@"
  sources     = ["source.qemu.cloud"]

  # 2 is success with something that can be lived with.
  provisioner "shell" {
    inline = ["cloud-init status --wait || test $? -eq 2"]
  }

  provisioner "shell" {
    env = { BUILD_USER = var.username }
    scripts = [
      "${path.root}/scripts/provision.sh",
      "${path.root}/scripts/clean-up.sh",
      "${path.root}/scripts/seal.sh",
    ]
    execute_command = "chmod +x {{ .Path }}; sudo env {{ .Vars }} sh {{ .Path }}"
  }

  post-processor "checksum" {
    checksum_types = ["sha256"]
    output         = "${path.root}/${var.name}.{{ .ChecksumType }}"
  }
}
