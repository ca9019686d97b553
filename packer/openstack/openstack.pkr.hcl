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
  description = "User; OS_USERNAME in the environment when not set."
  default     = env("OS_USERNAME")

  validation {
    condition     = length(var.username) > 0
    error_message = "Set username, or OS_USERNAME in the environment, to the user."
  }
}

variable "password" {
  type        = string
  description = "Password of the user; OS_PASSWORD in the environment when not set."
  default     = env("OS_PASSWORD")
  sensitive   = true

  validation {
    condition     = length(var.password) > 0
    error_message = "Set OS_PASSWORD in the environment to the password of the user."
  }
}

variable "tenant_id" {
  type        = string
  description = "Project; OS_TENANT_ID in the environment when not set."
  default     = env("OS_TENANT_ID")

  validation {
    condition     = length(var.tenant_id) > 0
    error_message = "Set tenant_id, or OS_TENANT_ID in the environment, to the project."
  }
}

variable "region" {
  type        = string
  description = "Region; OS_REGION_NAME in the environment when not set."
  default     = env("OS_REGION_NAME")

  validation {
    condition     = length(var.region) > 0
    error_message = "Set region, or OS_REGION_NAME in the environment, to the region."
  }
}

variable "identity_endpoint" {
  type        = string
  description = "Address of Keystone."
  default     = "https://auth.cloud.ovh.net/v3"

  validation {
    condition     = length(var.identity_endpoint) > 0 && regex_replace(var.identity_endpoint, "^[A-Za-z0-9][A-Za-z0-9._/:-]*$", "") == ""
    error_message = "Set identity_endpoint to one word, for example https://auth.cloud.ovh.net/v3."
  }
}

variable "domain_name" {
  type        = string
  description = "Domain of the user."
  default     = "Default"

  validation {
    condition     = length(var.domain_name) > 0 && regex_replace(var.domain_name, "^[A-Za-z0-9][A-Za-z0-9._/:-]*$", "") == ""
    error_message = "Set domain_name to one word, for example Default."
  }
}

variable "flavor" {
  type        = string
  description = "Flavor of the machine."
  default     = "d2-2"

  validation {
    condition     = length(var.flavor) > 0 && regex_replace(var.flavor, "^[A-Za-z0-9][A-Za-z0-9._/:-]*$", "") == ""
    error_message = "Set flavor to one word, for example d2-2."
  }
}

variable "network" {
  type        = string
  description = "Network with access to the Internet."
  default     = "Ext-Net"

  validation {
    condition     = length(var.network) > 0 && regex_replace(var.network, "^[A-Za-z0-9][A-Za-z0-9._/:-]*$", "") == ""
    error_message = "Set network to one word, for example Ext-Net."
  }
}

variable "source_image" {
  type        = string
  description = "Name of the cloud's image of Debian 12."
  default     = "Debian 12"
}

locals {
  image         = "${var.image_name}-${formatdate("YYYYMMDDhhmmss", timestamp())}"
  relay_package = var.relay_package != "" ? var.relay_package : "${path.root}/../chatmail-relay.deb"
}

source "openstack" "relay" {
  domain_name       = var.domain_name
  flavor            = var.flavor
  identity_endpoint = var.identity_endpoint
  image_name        = local.image
  networks          = [var.network]
  password          = var.password
  region            = var.region
  source_image_name = var.source_image
  ssh_username      = "debian"
  tenant_id         = var.tenant_id
  username          = var.username
}

build {
  sources = ["source.openstack.relay"]

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
