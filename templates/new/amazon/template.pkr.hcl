# An Amazon machine image of @system@, made from the newest of its makers.

packer {
  required_plugins {
    amazon = {
      version = ">= 1.2.3"
      source  = "github.com/hashicorp/amazon"
    }
  }
}

variable "name" {
  type        = string
  description = "Name of the image; when it was made is added."
  default     = "@slug@"
}

variable "region" {
  type        = string
  description = "Where the image is built."
  default     = "us-east-1"
}

variable "ami_regions" {
  type        = list(string)
  description = "Where it is copied to."
  default     = []
}

variable "instance_type" {
  type        = string
  description = "Size of the machine it is built on."
  default     = "t3.micro"
}

data "amazon-ami" "base" {
  region      = var.region
  owners      = ["@owner@"] # @owner_name@
  most_recent = true
  filters = {
    name                = "@image_pattern@"
    root-device-type    = "ebs"
    virtualization-type = "hvm"
  }
}

locals {
  built_at = formatdate("YYYYMMDDhhmmss", timestamp())
}

source "amazon-ebs" "image" {
  ami_name      = "${var.name}-${local.built_at}"
  ami_regions   = var.ami_regions
  region        = var.region
  instance_type = var.instance_type
  source_ami    = data.amazon-ami.base.id

  # The key is made for this build, and removed after it.
  ssh_username            = "@username@"
  temporary_key_pair_type = "ed25519"

  metadata_options {
    http_tokens = "required"
  }

  tags = {
    Name       = var.name
    source_ami = "{{ .SourceAMI }}"
  }
}

build {
  description = "@name@"
  sources     = ["source.amazon-ebs.image"]

  # 2 is success with something that can be lived with.
  provisioner "shell" {
    inline = ["cloud-init status --wait || test $? -eq 2"]
  }

  provisioner "shell" {
    scripts         = ["${path.root}/scripts/provision.sh"]
    execute_command = "chmod +x {{ .Path }}; sudo env {{ .Vars }} sh {{ .Path }}"
  }

  post-processor "manifest" {
    output = "${path.root}/output/manifest.json"
  }
}
