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

variable "disk" {
  type        = string
  description = "Path or URL of a Debian 12 disk with cloud-init, as chatmail-image build --bare makes one; RELAY_DISK in the environment when not set."
  default     = env("RELAY_DISK")

  validation {
    condition     = length(var.disk) > 0
    error_message = "Set disk, or RELAY_DISK in the environment, to the path or URL of a Debian 12 disk with cloud-init, as chatmail-image build --bare makes one."
  }
}

variable "disk_checksum" {
  type        = string
  description = "Checksum of the disk, such as sha512:0123abcd or none; RELAY_DISK_CHECKSUM in the environment when not set."
  default     = env("RELAY_DISK_CHECKSUM")

  validation {
    condition     = length(var.disk_checksum) > 0
    error_message = "Set disk_checksum, or RELAY_DISK_CHECKSUM in the environment, to the checksum of the disk, such as sha512:0123abcd or none."
  }
}

variable "seed" {
  type        = string
  description = "Folder with user-data and meta-data of a cloud-init seed that lets the key below in as root; RELAY_SEED in the environment when not set."
  default     = env("RELAY_SEED")

  validation {
    condition     = length(var.seed) > 0
    error_message = "Set seed, or RELAY_SEED in the environment, to the folder with user-data and meta-data of a cloud-init seed that lets the key below in as root."
  }
}

variable "ssh_private_key_file" {
  type        = string
  description = "Key that the seed lets in as root; RELAY_SSH_KEY in the environment when not set."
  default     = env("RELAY_SSH_KEY")

  validation {
    condition     = length(var.ssh_private_key_file) > 0
    error_message = "Set ssh_private_key_file, or RELAY_SSH_KEY in the environment, to the key that the seed lets in as root."
  }
}

variable "accelerator" {
  type        = string
  description = "How QEMU runs the machine: kvm, or tcg, which is slow; kvm where there is one when not set."
  default     = ""
}

variable "disk_size" {
  type        = string
  description = "Size of the disk; it grows later."
  default     = "4G"

  validation {
    condition     = length(var.disk_size) > 0 && regex_replace(var.disk_size, "^[A-Za-z0-9][A-Za-z0-9._/:-]*$", "") == ""
    error_message = "Set disk_size to one word, for example 4G."
  }
}

variable "cpus" {
  type        = number
  description = "Processors of the machine."
  default     = 2
}

variable "memory" {
  type        = number
  description = "Memory of the machine in MB."
  default     = 1024
}

variable "ssh_timeout" {
  type        = string
  description = "How long the machine may take until it answers."
  default     = "10m"

  validation {
    condition     = length(var.ssh_timeout) > 0 && regex_replace(var.ssh_timeout, "^[A-Za-z0-9][A-Za-z0-9._/:-]*$", "") == ""
    error_message = "Set ssh_timeout to one word, for example 10m."
  }
}

variable "output_directory" {
  type        = string
  description = "Folder for the disk, which must not exist; image beside this file when not set."
  default     = ""
}

locals {
  image         = "${var.image_name}-${formatdate("YYYYMMDDhhmmss", timestamp())}"
  relay_package = var.relay_package != "" ? var.relay_package : "${path.root}/../chatmail-relay.deb"
}

source "qemu" "relay" {
  accelerator        = var.accelerator
  boot_wait          = "1s"
  cpus               = var.cpus
  disk_cache         = "unsafe"
  disk_compression   = true
  disk_detect_zeroes = "unmap"
  disk_discard       = "unmap"
  disk_image         = true
  disk_interface     = "virtio"
  disk_size          = var.disk_size
  format             = "qcow2"
  headless           = true
  http_directory     = var.seed
  iso_checksum       = var.disk_checksum
  iso_url            = var.disk
  memory             = var.memory
  net_device         = "virtio-net"
  output_directory   = var.output_directory != "" ? var.output_directory : "${path.root}/image"
  qemuargs = [
    ["-cpu", "max"],
    ["-smbios", "type=1,serial=ds=nocloud-net;s=http://{{ .HTTPIP }}:{{ .HTTPPort }}/"],
    ["-serial", "file:${path.root}/console.log"],
  ]
  shutdown_command     = "systemctl poweroff"
  ssh_private_key_file = var.ssh_private_key_file
  ssh_timeout          = var.ssh_timeout
  ssh_username         = "root"
  vm_name              = "${var.image_name}.qcow2"
}

build {
  sources = ["source.qemu.relay"]

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
