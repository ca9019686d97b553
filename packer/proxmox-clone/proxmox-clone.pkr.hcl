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

variable "proxmox_url" {
  type        = string
  description = "Address of the API, with /api2/json; PROXMOX_URL in the environment when not set."
  default     = env("PROXMOX_URL")

  validation {
    condition     = length(var.proxmox_url) > 0
    error_message = "Set proxmox_url, or PROXMOX_URL in the environment, to the address of the API, with /api2/json."
  }
}

variable "username" {
  type        = string
  description = "User with its realm; PROXMOX_USERNAME in the environment when not set."
  default     = env("PROXMOX_USERNAME")

  validation {
    condition     = length(var.username) > 0
    error_message = "Set username, or PROXMOX_USERNAME in the environment, to the user with its realm."
  }
}

variable "password" {
  type        = string
  description = "Password of the user; PROXMOX_PASSWORD in the environment when not set."
  default     = env("PROXMOX_PASSWORD")
  sensitive   = true

  validation {
    condition     = length(var.password) > 0
    error_message = "Set PROXMOX_PASSWORD in the environment to the password of the user."
  }
}

variable "node" {
  type        = string
  description = "Node; PROXMOX_NODE in the environment when not set."
  default     = env("PROXMOX_NODE")

  validation {
    condition     = length(var.node) > 0
    error_message = "Set node, or PROXMOX_NODE in the environment, to the node."
  }
}

variable "clone_vm" {
  type        = string
  description = "Template of Debian 12 to clone, with a cloud-init drive; PROXMOX_CLONE_VM in the environment when not set."
  default     = env("PROXMOX_CLONE_VM")

  validation {
    condition     = length(var.clone_vm) > 0
    error_message = "Set clone_vm, or PROXMOX_CLONE_VM in the environment, to the template of Debian 12 to clone, with a cloud-init drive."
  }
}

variable "bridge" {
  type        = string
  description = "Bridge with access to the Internet."
  default     = "vmbr0"

  validation {
    condition     = length(var.bridge) > 0 && regex_replace(var.bridge, "^[A-Za-z0-9][A-Za-z0-9._/:-]*$", "") == ""
    error_message = "Set bridge to one word, for example vmbr0."
  }
}

locals {
  image         = "${var.image_name}-${formatdate("YYYYMMDDhhmmss", timestamp())}"
  relay_package = var.relay_package != "" ? var.relay_package : "${path.root}/../chatmail-relay.deb"
}

source "proxmox-clone" "relay" {
  clone_vm      = var.clone_vm
  template_name = local.image
  cloud_init    = true
  node          = var.node
  os            = "l26"
  password      = var.password
  proxmox_url   = var.proxmox_url
  qemu_agent    = true
  ssh_username  = "debian"
  username      = var.username

  network_adapters {
    bridge = var.bridge
    model  = "virtio"
  }
}

build {
  sources = ["source.proxmox-clone.relay"]

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
