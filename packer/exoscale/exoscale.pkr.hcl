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
  description = "API key; EXOSCALE_API_KEY in the environment when not set."
  default     = env("EXOSCALE_API_KEY")
  sensitive   = true

  validation {
    condition     = length(var.api_key) > 0
    error_message = "Set EXOSCALE_API_KEY in the environment to the API key."
  }
}

variable "api_secret" {
  type        = string
  description = "API secret; EXOSCALE_API_SECRET in the environment when not set."
  default     = env("EXOSCALE_API_SECRET")
  sensitive   = true

  validation {
    condition     = length(var.api_secret) > 0
    error_message = "Set EXOSCALE_API_SECRET in the environment to the API secret."
  }
}

variable "zone" {
  type        = string
  description = "Zone."
  default     = "de-fra-1"

  validation {
    condition     = length(var.zone) > 0 && regex_replace(var.zone, "^[A-Za-z0-9][A-Za-z0-9._/:-]*$", "") == ""
    error_message = "Set zone to one word, for example de-fra-1."
  }
}

variable "instance_type" {
  type        = string
  description = "Type of the machine."
  default     = "standard.tiny"

  validation {
    condition     = length(var.instance_type) > 0 && regex_replace(var.instance_type, "^[A-Za-z0-9][A-Za-z0-9._/:-]*$", "") == ""
    error_message = "Set instance_type to one word, for example standard.tiny."
  }
}

variable "instance_template" {
  type        = string
  description = "Name of the cloud's template of Debian 12."
  default     = "Linux Debian 12 (Bookworm) 64-bit"
}

locals {
  image         = "${var.image_name}-${formatdate("YYYYMMDDhhmmss", timestamp())}"
  relay_package = var.relay_package != "" ? var.relay_package : "${path.root}/../chatmail-relay.deb"
}

source "exoscale" "relay" {
  api_key           = var.api_key
  api_secret        = var.api_secret
  instance_template = var.instance_template
  instance_type     = var.instance_type
  ssh_username      = "debian"
  template_name     = local.image
  template_username = "debian"
  template_zones    = [var.zone]
}

build {
  sources = ["source.exoscale.relay"]

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
