# A container image on @system@, made in a container by Packer's Docker plugin.

packer {
  required_plugins {
    docker = {
      version = ">= 1.0.8"
      source  = "github.com/hashicorp/docker"
    }
  }
}

variable "name" {
  type        = string
  description = "Name of the image, as docker run is given it."
  default     = "@slug@"
}

variable "base" {
  type        = string
  description = "The image to begin with. NAME@sha256:DIGEST stays the same for ever."
  default     = "@container@"
}

variable "pull" {
  type        = bool
  description = "Whether the base is fetched from its registry; false takes the one that this machine has."
  default     = true
}

variable "tags" {
  type    = list(string)
  default = ["latest"]
}

source "docker" "image" {
  image  = var.base
  pull   = var.pull
  commit = true
  changes = [
    "LABEL org.opencontainers.image.base.name=${var.base}",
    "CMD [\"/bin/sh\"]",
  ]
}

build {
  description = "@name@"
  sources     = ["source.docker.image"]

  provisioner "shell" {
    scripts = ["${path.root}/scripts/provision.sh"]
  }

  post-processor "docker-tag" {
    repository = var.name
    tags       = var.tags
  }
}
