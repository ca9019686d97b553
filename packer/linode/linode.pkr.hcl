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

variable "linode_token" {
  type        = string
  description = "API token; LINODE_TOKEN in the environment when not set."
  default     = env("LINODE_TOKEN")
  sensitive   = true

  validation {
    condition     = length(var.linode_token) > 0
    error_message = "Set LINODE_TOKEN in the environment to the API token."
  }
}

variable "region" {
  type        = string
  description = "Region."
  default     = "eu-central"

  validation {
    condition     = length(var.region) > 0 && regex_replace(var.region, "^[A-Za-z0-9][A-Za-z0-9._/:-]*$", "") == ""
    error_message = "Set region to one word, for example eu-central."
  }
}

variable "instance_type" {
  type        = string
  description = "Type of the machine."
  default     = "g6-nanode-1"

  validation {
    condition     = length(var.instance_type) > 0 && regex_replace(var.instance_type, "^[A-Za-z0-9][A-Za-z0-9._/:-]*$", "") == ""
    error_message = "Set instance_type to one word, for example g6-nanode-1."
  }
}

locals {
  image         = "${var.image_name}-${formatdate("YYYYMMDDhhmmss", timestamp())}"
  relay_package = var.relay_package != "" ? var.relay_package : "${path.root}/../chatmail-relay.deb"
}

source "linode" "relay" {
  image             = "linode/debian12"
  image_description = "chatmail relay that sets itself up"
  image_label       = local.image
  instance_type     = var.instance_type
  linode_token      = var.linode_token
  region            = var.region
  ssh_username      = "root"
}

build {
  sources = ["source.linode.relay"]

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
