terraform {
  required_version = ">= 1.11" # write-only arguments, and the lock file of the S3 back end

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  # The rest is given at `terraform init -backend-config=environments/<name>.backend`; the bucket and
  # its key are made by bootstrap/.
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = {
      project     = "whoosh"
      environment = var.environment
      managed_by  = "terraform"
    }
  }
}
