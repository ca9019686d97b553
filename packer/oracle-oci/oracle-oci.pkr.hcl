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

variable "tenancy_ocid" {
  type        = string
  description = "Tenancy; OCI_TENANCY_OCID in the environment when not set."
  default     = env("OCI_TENANCY_OCID")

  validation {
    condition     = length(var.tenancy_ocid) > 0
    error_message = "Set tenancy_ocid, or OCI_TENANCY_OCID in the environment, to the tenancy."
  }
}

variable "user_ocid" {
  type        = string
  description = "User; OCI_USER_OCID in the environment when not set."
  default     = env("OCI_USER_OCID")

  validation {
    condition     = length(var.user_ocid) > 0
    error_message = "Set user_ocid, or OCI_USER_OCID in the environment, to the user."
  }
}

variable "fingerprint" {
  type        = string
  description = "Fingerprint of the API key; OCI_FINGERPRINT in the environment when not set."
  default     = env("OCI_FINGERPRINT")

  validation {
    condition     = length(var.fingerprint) > 0
    error_message = "Set fingerprint, or OCI_FINGERPRINT in the environment, to the fingerprint of the API key."
  }
}

variable "key_file" {
  type        = string
  description = "File of the API key; OCI_KEY_FILE in the environment when not set."
  default     = env("OCI_KEY_FILE")

  validation {
    condition     = length(var.key_file) > 0
    error_message = "Set key_file, or OCI_KEY_FILE in the environment, to the file of the API key."
  }
}

variable "region" {
  type        = string
  description = "Region."
  default     = "eu-frankfurt-1"

  validation {
    condition     = length(var.region) > 0 && regex_replace(var.region, "^[A-Za-z0-9][A-Za-z0-9._/:-]*$", "") == ""
    error_message = "Set region to one word, for example eu-frankfurt-1."
  }
}

variable "availability_domain" {
  type        = string
  description = "Availability domain; OCI_AVAILABILITY_DOMAIN in the environment when not set."
  default     = env("OCI_AVAILABILITY_DOMAIN")

  validation {
    condition     = length(var.availability_domain) > 0
    error_message = "Set availability_domain, or OCI_AVAILABILITY_DOMAIN in the environment, to the availability domain."
  }
}

variable "compartment_ocid" {
  type        = string
  description = "Compartment; OCI_COMPARTMENT_OCID in the environment when not set."
  default     = env("OCI_COMPARTMENT_OCID")

  validation {
    condition     = length(var.compartment_ocid) > 0
    error_message = "Set compartment_ocid, or OCI_COMPARTMENT_OCID in the environment, to the compartment."
  }
}

variable "subnet_ocid" {
  type        = string
  description = "Subnet with access to the Internet; OCI_SUBNET_OCID in the environment when not set."
  default     = env("OCI_SUBNET_OCID")

  validation {
    condition     = length(var.subnet_ocid) > 0
    error_message = "Set subnet_ocid, or OCI_SUBNET_OCID in the environment, to the subnet with access to the Internet."
  }
}

variable "base_image_ocid" {
  type        = string
  description = "Image of Debian 12 that was imported; OCI_BASE_IMAGE_OCID in the environment when not set."
  default     = env("OCI_BASE_IMAGE_OCID")

  validation {
    condition     = length(var.base_image_ocid) > 0
    error_message = "Set base_image_ocid, or OCI_BASE_IMAGE_OCID in the environment, to the image of Debian 12 that was imported."
  }
}

variable "shape" {
  type        = string
  description = "Shape of the machine."
  default     = "VM.Standard.E2.1.Micro"

  validation {
    condition     = length(var.shape) > 0 && regex_replace(var.shape, "^[A-Za-z0-9][A-Za-z0-9._/:-]*$", "") == ""
    error_message = "Set shape to one word, for example VM.Standard.E2.1.Micro."
  }
}

locals {
  image         = "${var.image_name}-${formatdate("YYYYMMDDhhmmss", timestamp())}"
  relay_package = var.relay_package != "" ? var.relay_package : "${path.root}/../chatmail-relay.deb"
}

source "oracle-oci" "relay" {
  availability_domain = var.availability_domain
  base_image_ocid     = var.base_image_ocid
  compartment_ocid    = var.compartment_ocid
  fingerprint         = var.fingerprint
  image_name          = local.image
  key_file            = var.key_file
  region              = var.region
  shape               = var.shape
  ssh_username        = "debian"
  subnet_ocid         = var.subnet_ocid
  tenancy_ocid        = var.tenancy_ocid
  user_ocid           = var.user_ocid
}

build {
  sources = ["source.oracle-oci.relay"]

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
