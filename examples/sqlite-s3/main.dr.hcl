# A live SQLite database, backed up into an S3 bucket: survives the loss of the machine.

variable "endpoint" {
  type        = string
  description = "The S3 endpoint, such as https://s3.eu-central-1.amazonaws.com."
}

variable "bucket" {
  type = string
}

variable "database" {
  type    = string
  default = "data/app.sqlite"
}

variable "scheduler" {
  type    = string
  default = "auto"
}

provider "local" {
  scheduler = var.scheduler
}

objective "tier_1" {
  # Two hours, not one: of the points that are kept for days, one stands for each hour, and they may be 90 minutes apart.
  survive "corruption" {
    rpo             = "2h"
    detected_within = "14d"
  }
  survive "instance" {
    rpo = "1h"
  }
  drill_every = "30d"
}

retention "month" {
  keep {
    hourly = 400
    daily  = 31
  }
  delete_after = "60d"
}

# AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are read from the environment when lifeboat runs.
repository "s3" "offsite" {
  endpoint = var.endpoint
  bucket   = var.bucket
  prefix   = "app"
  password {
    env = "APP_BACKUP_PASSWORD"
  }
}

target "local_sqlite" "app" {
  path      = var.database
  objective = objective.tier_1
  retention = retention.month
}

protection "snapshot" "offsite" {
  target     = target.local_sqlite.app
  repository = repository.s3.offsite
  schedule   = "30m"
}

# While this stands, lifeboat deletes no recovery point of the database from the bucket, whoever asks.
protection "guard" "offsite" {
  target     = target.local_sqlite.app
  repository = repository.s3.offsite
  reason     = "kept until the audit is over"
}
