# An Ubuntu AMI with nginx, as a Vagrant box for the "aws" provider.
#
#   make aws
#
# Credentials come from where every AWS tool looks for them: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or
# the role of the machine. docs/aws-permissions.md lists what they have to allow.

packer {
  required_plugins {
    amazon = {
      version = ">= 1.2.3"
      source  = "github.com/hashicorp/amazon"
    }
  }
}

variable "region" {
  type        = string
  description = "Where the image is built."
  default     = "us-east-1"
}

variable "instance_type" {
  type        = string
  description = "Size of the machine the image is built on."
  default     = "t2.micro"
}

locals {
  built_at = formatdate("YYYYMMDDhhmmss", timestamp())
}

source "amazon-ebs" "ubuntu" {
  ami_name      = "nginx-ubuntu-${local.built_at}"
  instance_type = var.instance_type
  region        = var.region

  source_ami_filter {
    filters = {
      name                = "ubuntu/images/*ubuntu-noble-24.04-amd64-server-*"
      root-device-type    = "ebs"
      virtualization-type = "hvm"
    }
    most_recent = true
    owners      = ["099720109477"] # Canonical
  }

  ssh_username = "ubuntu"

  metadata_options {
    http_tokens = "required"
  }

  tags = {
    Name       = "nginx on Ubuntu"
    source_ami = "{{ .SourceAMI }}"
  }
}

build {
  name    = "nginx-ubuntu"
  sources = ["source.amazon-ebs.ubuntu"]

  provisioner "wait-for" {
    cloud_init = true
  }

  provisioner "shell" {
    inline = [
      "sudo apt-get update -q",
      "sudo DEBIAN_FRONTEND=noninteractive apt-get install -qy nginx ufw",
      "sudo systemctl enable --now nginx",
      "sudo ufw allow proto tcp from any to any port 22,80,443",
      "echo y | sudo ufw enable",
    ]
  }

  provisioner "shell" {
    script = "${path.root}/../scripts/provision.sh"
  }

  post-processor "vagrant" {
    output = "nginx-ubuntu-{{ .Provider }}.box"
  }

  post-processor "manifest" {
    output = "nginx-ubuntu-manifest.json"
  }
}
