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

variable "username" {
  type        = string
  description = "User of the API; UPCLOUD_USERNAME in the environment when not set."
  default     = env("UPCLOUD_USERNAME")

  validation {
    condition     = length(var.username) > 0
    error_message = "Set username, or UPCLOUD_USERNAME in the environment, to the user of the API."
  }
}

variable "password" {
  type        = string
  description = "Password of that user; UPCLOUD_PASSWORD in the environment when not set."
  default     = env("UPCLOUD_PASSWORD")
  sensitive   = true

  validation {
    condition     = length(var.password) > 0
    error_message = "Set UPCLOUD_PASSWORD in the environment to the password of that user."
  }
}

variable "zone" {
  type        = string
  description = "Zone."
  default     = "de-fra1"

  validation {
    condition     = length(var.zone) > 0 && regex_replace(var.zone, "^[A-Za-z0-9][A-Za-z0-9._/:-]*$", "") == ""
    error_message = "Set zone to one word, for example de-fra1."
  }
}

variable "storage_name" {
  type        = string
  description = "Beginning of the name of the template of Debian 12."
  default     = "Debian GNU/Linux 12"
}

locals {
  image         = "${var.image_name}-${formatdate("YYYYMMDDhhmmss", timestamp())}"
  relay_package = var.relay_package != "" ? var.relay_package : "${path.root}/../chatmail-relay.deb"
}

source "upcloud" "relay" {
  password      = var.password
  storage_name  = var.storage_name
  template_name = local.image
  username      = var.username
  zone          = var.zone
}

build {
  sources = ["source.upcloud.relay"]

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
