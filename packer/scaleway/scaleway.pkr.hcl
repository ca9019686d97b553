# Written by chatmail-image.

variable "image_name" {
  type        = string
  description = "Name of the image; the time of its making is added."
  default     = "chatmail-relay"

  validation {
    condition     = length(var.image_name) > 0 && regex_replace(var.image_name, "^[a-z]([a-z0-9-]{0,40}[a-z0-9])?$", "") == ""
    error_message = "Set image_name to small letters, digits and hyphens."
  }
}

variable "relay_package" {
  type        = string
  description = "The relay's Debian package; chatmail-relay.deb beside the folder of this file when not set."
  default     = ""
}

variable "project_id" {
  type        = string
  description = "Project; SCW_DEFAULT_PROJECT_ID in the environment when not set."
  default     = env("SCW_DEFAULT_PROJECT_ID")

  validation {
    condition     = length(var.project_id) > 0
    error_message = "Set project_id, or SCW_DEFAULT_PROJECT_ID in the environment, to the project."
  }
}

variable "access_key" {
  type        = string
  description = "Access key; SCW_ACCESS_KEY in the environment when not set."
  default     = env("SCW_ACCESS_KEY")
  sensitive   = true

  validation {
    condition     = length(var.access_key) > 0
    error_message = "Set SCW_ACCESS_KEY in the environment to the access key."
  }
}

variable "secret_key" {
  type        = string
  description = "Secret key; SCW_SECRET_KEY in the environment when not set."
  default     = env("SCW_SECRET_KEY")
  sensitive   = true

  validation {
    condition     = length(var.secret_key) > 0
    error_message = "Set SCW_SECRET_KEY in the environment to the secret key."
  }
}

variable "zone" {
  type        = string
  description = "Zone."
  default     = "fr-par-1"

  validation {
    condition     = length(var.zone) > 0 && regex_replace(var.zone, "^[A-Za-z0-9][A-Za-z0-9._/:-]*$", "") == ""
    error_message = "Set zone to one word, for example fr-par-1."
  }
}

variable "commercial_type" {
  type        = string
  description = "Type of the machine."
  default     = "DEV1-S"

  validation {
    condition     = length(var.commercial_type) > 0 && regex_replace(var.commercial_type, "^[A-Za-z0-9][A-Za-z0-9._/:-]*$", "") == ""
    error_message = "Set commercial_type to one word, for example DEV1-S."
  }
}

locals {
  image         = "${var.image_name}-${formatdate("YYYYMMDDhhmmss", timestamp())}"
  relay_package = var.relay_package != "" ? var.relay_package : "${path.root}/../chatmail-relay.deb"
}

source "scaleway" "relay" {
  access_key      = var.access_key
  commercial_type = var.commercial_type
  image           = "debian_bookworm"
  image_name      = local.image
  project_id      = var.project_id
  secret_key      = var.secret_key
  snapshot_name   = local.image
  ssh_username    = "root"
  zone            = var.zone
}

build {
  sources = ["source.scaleway.relay"]

  provisioner "shell" {
    script          = "${path.root}/../provision/wait.sh"
    execute_command = "$(test \"$(id -u)\" = 0 || echo sudo -n) env {{ .Vars }} sh {{ .Path }}"
  }

  provisioner "file" {
    source      = local.relay_package
    destination = "/tmp/chatmail-relay.deb"
  }

  provisioner "file" {
    source      = "${path.root}/../chatmail.yaml"
    destination = "/tmp/chatmail.yaml"
  }

  provisioner "shell" {
    script          = "${path.root}/../provision/install.sh"
    execute_command = "$(test \"$(id -u)\" = 0 || echo sudo -n) env {{ .Vars }} sh {{ .Path }}"
  }

  provisioner "shell" {
    script          = "${path.root}/../provision/self-test.sh"
    execute_command = "$(test \"$(id -u)\" = 0 || echo sudo -n) env {{ .Vars }} sh {{ .Path }}"
  }

  provisioner "file" {
    direction   = "download"
    source      = "/var/lib/dpkg/status"
    destination = "${path.root}/dpkg-status"
  }

  provisioner "shell" {
    script          = "${path.root}/../provision/seal.sh"
    execute_command = "$(test \"$(id -u)\" = 0 || echo sudo -n) env {{ .Vars }} sh {{ .Path }}"
  }

  post-processor "manifest" {
    output = "${path.root}/packer-manifest.json"
  }
}
