# Written by chatmail-image.

packer {
  required_plugins {
    linode = {
      version = ">= 1.0.0"
      source  = "github.com/linode/linode"
    }
  }
}
