terraform {
  required_version = ">= 1.6"

  backend "s3" {
    bucket  = "queenofsandiego-state"
    key     = "site.tfstate"
    region  = "us-west-2"
    encrypt = true
  }
}

resource "aws_s3_bucket" "site" {
  bucket = "queenofsandiego-site"
}
