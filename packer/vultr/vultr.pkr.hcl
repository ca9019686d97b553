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

variable "api_key" {
  type        = string
  description = "API key; VULTR_API_KEY in the environment when not set."
  default     = env("VULTR_API_KEY")
  sensitive   = true

  validation {
    condition     = length(var.api_key) > 0
    error_message = "Set VULTR_API_KEY in the environment to the API key."
  }
}

variable "region_id" {
  type        = string
  description = "Region."
  default     = "fra"

  validation {
    condition     = length(var.region_id) > 0 && regex_replace(var.region_id, "^[A-Za-z0-9][A-Za-z0-9._/:-]*$", "") == ""
    error_message = "Set region_id to one word, for example fra."
  }
}

variable "plan_id" {
  type        = string
  description = "Plan of the machine."
  default     = "vc2-1c-1gb"

  validation {
    condition     = length(var.plan_id) > 0 && regex_replace(var.plan_id, "^[A-Za-z0-9][A-Za-z0-9._/:-]*$", "") == ""
    error_message = "Set plan_id to one word, for example vc2-1c-1gb."
  }
}

variable "os_id" {
  type        = number
  description = "Number of Debian 12 in the list of operating systems of the API."
  default     = 2136
}

locals {
  image         = "${var.image_name}-${formatdate("YYYYMMDDhhmmss", timestamp())}"
  relay_package = var.relay_package != "" ? var.relay_package : "${path.root}/../chatmail-relay.deb"
}

source "vultr" "relay" {
  api_key              = var.api_key
  os_id                = var.os_id
  plan_id              = var.plan_id
  region_id            = var.region_id
  snapshot_description = local.image
  ssh_username         = "root"
}

build {
  sources = ["source.vultr.relay"]

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
