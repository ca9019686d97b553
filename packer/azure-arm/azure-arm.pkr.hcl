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

variable "subscription_id" {
  type        = string
  description = "Subscription; ARM_SUBSCRIPTION_ID in the environment when not set."
  default     = env("ARM_SUBSCRIPTION_ID")

  validation {
    condition     = length(var.subscription_id) > 0
    error_message = "Set subscription_id, or ARM_SUBSCRIPTION_ID in the environment, to the subscription."
  }
}

variable "tenant_id" {
  type        = string
  description = "Tenant; ARM_TENANT_ID in the environment when not set."
  default     = env("ARM_TENANT_ID")

  validation {
    condition     = length(var.tenant_id) > 0
    error_message = "Set tenant_id, or ARM_TENANT_ID in the environment, to the tenant."
  }
}

variable "client_id" {
  type        = string
  description = "Client of the service principal; ARM_CLIENT_ID in the environment when not set."
  default     = env("ARM_CLIENT_ID")

  validation {
    condition     = length(var.client_id) > 0
    error_message = "Set client_id, or ARM_CLIENT_ID in the environment, to the client of the service principal."
  }
}

variable "client_secret" {
  type        = string
  description = "Secret of the service principal; ARM_CLIENT_SECRET in the environment when not set."
  default     = env("ARM_CLIENT_SECRET")
  sensitive   = true

  validation {
    condition     = length(var.client_secret) > 0
    error_message = "Set ARM_CLIENT_SECRET in the environment to the secret of the service principal."
  }
}

variable "resource_group" {
  type        = string
  description = "Resource group for the image; ARM_RESOURCE_GROUP in the environment when not set."
  default     = env("ARM_RESOURCE_GROUP")

  validation {
    condition     = length(var.resource_group) > 0
    error_message = "Set resource_group, or ARM_RESOURCE_GROUP in the environment, to the resource group for the image."
  }
}

variable "location" {
  type        = string
  description = "Location."
  default     = "westeurope"

  validation {
    condition     = length(var.location) > 0 && regex_replace(var.location, "^[A-Za-z0-9][A-Za-z0-9._/:-]*$", "") == ""
    error_message = "Set location to one word, for example westeurope."
  }
}

variable "vm_size" {
  type        = string
  description = "Size of the machine."
  default     = "Standard_B1ms"

  validation {
    condition     = length(var.vm_size) > 0 && regex_replace(var.vm_size, "^[A-Za-z0-9][A-Za-z0-9._/:-]*$", "") == ""
    error_message = "Set vm_size to one word, for example Standard_B1ms."
  }
}

locals {
  image         = "${var.image_name}-${formatdate("YYYYMMDDhhmmss", timestamp())}"
  relay_package = var.relay_package != "" ? var.relay_package : "${path.root}/../chatmail-relay.deb"
}

source "azure-arm" "relay" {
  client_id                         = var.client_id
  client_secret                     = var.client_secret
  image_offer                       = "debian-12"
  image_publisher                   = "Debian"
  image_sku                         = "12-gen2"
  location                          = var.location
  managed_image_name                = local.image
  managed_image_resource_group_name = var.resource_group
  os_type                           = "Linux"
  ssh_username                      = "debian"
  subscription_id                   = var.subscription_id
  tenant_id                         = var.tenant_id
  vm_size                           = var.vm_size
}

build {
  sources = ["source.azure-arm.relay"]

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
