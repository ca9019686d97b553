# Written by chatmail-image.

packer {
  required_plugins {
    exoscale = {
      version = ">= 0.5.0"
      source  = "github.com/exoscale/exoscale"
    }
  }
}
