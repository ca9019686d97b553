# Written by chatmail-image.

packer {
  required_plugins {
    upcloud = {
      version = ">= 1.0.0"
      source  = "github.com/UpCloudLtd/upcloud"
    }
  }
}
