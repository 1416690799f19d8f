# A directory and a live SQLite database, each backed up every hour into one repository and copied into a second.

variable "scheduler" {
  type        = string
  default     = "auto"
  description = "Who runs the schedules: auto, systemd, crontab, external (you do) or none."
}

provider "local" {
  scheduler = var.scheduler
}

# What is promised: at most two hours of work lost, even if nobody notices the damage for a week.
objective "working_files" {
  survive "corruption" {
    rpo             = "2h"
    detected_within = "7d"
  }
  drill_every = "30d"
}

# Grandfather, father, son.
retention "gfs" {
  keep {
    hourly  = 192
    daily   = 14
    weekly  = 8
    monthly = 12
  }
}

repository "directory" "near" {
  path = "backups/near"
  password {
    file = "secrets/near"
  }
}

# A second copy. Put it on another disk or on S3 to survive the loss of this one: `plan` tells the difference.
repository "directory" "second" {
  path = "backups/second"
  password {
    file = "secrets/second"
  }
}

locals {
  files = {
    documents = target.local_directory.documents
    app       = target.local_sqlite.app
  }
}

target "local_directory" "documents" {
  path      = "data/documents"
  exclude   = ["**/*.tmp", "**/.cache"]
  objective = objective.working_files
  retention = retention.gfs
}

target "local_sqlite" "app" {
  path      = "data/app.sqlite"
  objective = objective.working_files
  retention = retention.gfs
}

protection "snapshot" "hourly" {
  for_each   = local.files
  target     = each.value
  repository = repository.directory.near
  schedule   = "1h"
}

protection "copy" "second" {
  for_each   = local.files
  target     = each.value
  from       = protection.snapshot.hourly[each.key]
  repository = repository.directory.second
}

output "repositories" {
  description = "Where plain restic finds the backups if lifeboat is gone."
  value       = ["backups/near", "backups/second"]
}
