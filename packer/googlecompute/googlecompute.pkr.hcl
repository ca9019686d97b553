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
  description = "Project; GOOGLE_CLOUD_PROJECT in the environment when not set."
  default     = env("GOOGLE_CLOUD_PROJECT")

  validation {
    condition     = length(var.project_id) > 0
    error_message = "Set project_id, or GOOGLE_CLOUD_PROJECT in the environment, to the project."
  }
}

variable "zone" {
  type        = string
  description = "Zone."
  default     = "europe-west3-a"

  validation {
    condition     = length(var.zone) > 0 && regex_replace(var.zone, "^[A-Za-z0-9][A-Za-z0-9._/:-]*$", "") == ""
    error_message = "Set zone to one word, for example europe-west3-a."
  }
}

variable "machine_type" {
  type        = string
  description = "Type of the machine."
  default     = "e2-small"

  validation {
    condition     = length(var.machine_type) > 0 && regex_replace(var.machine_type, "^[A-Za-z0-9][A-Za-z0-9._/:-]*$", "") == ""
    error_message = "Set machine_type to one word, for example e2-small."
  }
}

locals {
  image         = "${var.image_name}-${formatdate("YYYYMMDDhhmmss", timestamp())}"
  relay_package = var.relay_package != "" ? var.relay_package : "${path.root}/../chatmail-relay.deb"
}

source "googlecompute" "relay" {
  image_description   = "chatmail relay that sets itself up"
  image_family        = var.image_name
  image_name          = local.image
  machine_type        = var.machine_type
  project_id          = var.project_id
  source_image_family = "debian-12"
  ssh_username        = "debian"
  zone                = var.zone
}

build {
  sources = ["source.googlecompute.relay"]

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
