# A shop on AWS: an instance, an Aurora cluster and three buckets in Ireland, copies in Frankfurt, and a vault account
# that nobody who works in the shop's account can reach.

variable "endpoint" {
  type        = string
  default     = null
  description = "Where requests go instead of AWS: an emulator."
}

variable "vault_role" {
  type        = string
  default     = "arn:aws:iam::222222222222:role/lifeboat-vault"
  description = "The role of the vault account that receives copies."
}

variable "replication_role" {
  type        = string
  default     = "arn:aws:iam::123456789012:role/lifeboat-replication"
  description = "The role that S3 replicates with."
}

provider "aws" {
  region        = "eu-west-1"
  configuration = "shop"
  scheduler     = "external"
  endpoint_url  = var.endpoint
}

provider "aws" {
  alias         = "dr"
  region        = "eu-central-1"
  configuration = "shop"
  scheduler     = "external"
  endpoint_url  = var.endpoint
}

# RDS copies a snapshot to another region or to another account, not to both at once; S3 does not mind.
provider "aws" {
  alias         = "vault"
  region        = "eu-west-1"
  configuration = "shop"
  scheduler     = "external"
  endpoint_url  = var.endpoint
  assume_role   = { role_arn = var.vault_role }
}

provider "aws" {
  alias         = "vault_dr"
  region        = "eu-central-1"
  configuration = "shop"
  scheduler     = "external"
  endpoint_url  = var.endpoint
  assume_role   = { role_arn = var.vault_role }
}

# What is promised, by what fails.
objective "orders" {
  survive "corruption" {
    rpo             = "10m"
    rto             = "3h"
    detected_within = "14d"
  }
  survive "instance" {
    rpo = "0s"
    rto = "5m"
  }
  survive "zone" {
    rpo = "0s"
    rto = "5m"
  }
  survive "region" {
    rpo = "8h"
    rto = "4h"
  }
  survive "account" {
    rpo             = "8h"
    rto             = "4h"
    detected_within = "7d"
  }
  drill_every = "30d"
}

objective "documents" {
  survive "corruption" {
    rpo             = "1m"
    detected_within = "30d"
  }
  survive "region" {
    rpo = "30m"
  }
}

objective "assets" {
  survive "corruption" {
    rpo             = "1m"
    detected_within = "14d"
  }
}

objective "checkout" {
  survive "corruption" {
    rpo             = "10m"
    detected_within = "14d"
  }
  survive "region" {
    rpo = "8h"
  }
}

# The orders: only what is promised is written down. `plan` shows what lifeboat chooses for it, and why.
target "aws_db_instance" "orders" {
  identifier = "orders-prod"
  objective  = objective.orders
  copies_to  = [provider.aws.dr, provider.aws.vault]
}

# The accounts: each mechanism is written down.
target "aws_rds_cluster" "accounts" {
  identifier = "accounts-prod"
  objective  = objective.orders
}

target "aws_s3_bucket" "receipts" {
  bucket    = "shop-receipts"
  objective = objective.documents
}

target "aws_s3_bucket" "uploads" {
  bucket    = "shop-uploads"
  objective = objective.documents
}

target "aws_s3_bucket" "assets" {
  bucket    = "shop-assets"
  objective = objective.assets
}

service "checkout" {
  targets   = [target.aws_db_instance.orders, target.aws_s3_bucket.receipts]
  objective = objective.checkout
  # Orders without a receipt are found and billed again.
  consistent_within = "8h"
}

repository "aws_rds_backups" "dr" {
  provider = provider.aws.dr
  kms_key  = "alias/lifeboat"
}

repository "aws_rds_backups" "vault" {
  provider = provider.aws.vault
  kms_key  = "alias/lifeboat"
}

repository "aws_s3_replica_bucket" "vault" {
  provider = provider.aws.vault_dr
  bucket   = "shop-vault-replicas"
}

repository "aws_s3_replica_bucket" "dr" {
  provider = provider.aws.dr
  bucket   = "shop-dr-replicas"
}

protection "log" "accounts" {
  target = target.aws_rds_cluster.accounts
  window = "21d"
}

protection "replica" "accounts_reader" {
  target            = target.aws_rds_cluster.accounts
  availability_zone = "eu-west-1b"
  synchronous       = true
  fenced            = true
}

protection "snapshot" "accounts" {
  target    = target.aws_rds_cluster.accounts
  schedule  = "6h"
  retention = retention.vault
}

protection "copy" "accounts" {
  for_each = {
    dr    = repository.aws_rds_backups.dr
    vault = repository.aws_rds_backups.vault
  }
  target     = target.aws_rds_cluster.accounts
  from       = protection.snapshot.accounts
  repository = each.value
  retention  = retention.vault
}

protection "guard" "accounts" {
  target = target.aws_rds_cluster.accounts
}

retention "vault" {
  keep {
    within = "21d"
    weekly = 8
  }
}

locals {
  buckets = {
    receipts = target.aws_s3_bucket.receipts
    uploads  = target.aws_s3_bucket.uploads
    assets   = target.aws_s3_bucket.assets
  }
  copied = {
    receipts = { to = repository.aws_s3_replica_bucket.vault }
    uploads  = { to = repository.aws_s3_replica_bucket.dr }
  }
}

protection "log" "versions" {
  for_each = local.buckets
  target   = each.value
  window   = "35d"
}

protection "guard" "private" {
  for_each = local.buckets
  target   = each.value
}

protection "copy" "replicas" {
  for_each         = local.copied
  target           = local.buckets[each.key]
  from             = protection.log.versions[each.key]
  repository       = each.value.to
  role             = var.replication_role
  existing_objects = true
  delete_markers   = false # a deletion in the shop does not show in the copy
}

# What no API tells. Each number is a promise of somebody; drills put what they measure in its place.
assumptions "orders" {
  of           = [target.aws_db_instance.orders]
  restore_time = "1h30m"
  repoint      = "2m"
  run_time     = "8m"
  reason       = "The restores of the staging database, which is as large; clients find it by a name of ours with a TTL of 60 s."
}

assumptions "accounts" {
  of           = [protection.log.accounts, protection.snapshot.accounts, protection.copy.accounts["dr"], protection.copy.accounts["vault"]]
  restore_time = "1h"
  repoint      = "2m"
  reason       = "The restores of the staging cluster, which is as large; clients find it by a name of ours."
}

assumptions "snapshots" {
  of       = [protection.snapshot.accounts, protection.copy.accounts["dr"], protection.copy.accounts["vault"]]
  run_time = "20m"
  reason   = "The longest run of a year."
}

output "vault" {
  description = "Where copies are that no administrator of the shop can delete."
  value       = ["snapshots in 222222222222, eu-west-1", "s3://shop-vault-replicas"]
}
