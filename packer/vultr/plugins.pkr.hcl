# Written by chatmail-image.

packer {
  required_plugins {
    vultr = {
      version = ">= 2.5.0"
      source  = "github.com/vultr/vultr"
    }
  }
}
