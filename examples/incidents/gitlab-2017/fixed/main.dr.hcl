# GitLab.com's database on the evening of 31 January 2017, as it was protected.
#
# Facts are from GitLab's postmortem of 10 February 2017 (see README.md) unless
# a comment says otherwise.

# GitLab had published no objective. An hour of work, and half a day to bring
# it back, is what is taken here.
objective "projects_and_issues" {
  survive "corruption" {
    rpo             = "1h"
    rto             = "12h"
    detected_within = "1h" # the deletion was noticed within seconds
  }
}

# PostgreSQL on one server in Azure, about 300 GB of it.
target "memory_dataset" "postgres" {
  name      = "gitlab-production"
  size      = "300GB"
  objective = objective.projects_and_issues
  domains = {
    instance = "db1"
    region   = "azure-east-us-2"
    account  = "gitlab-operators"
  }
}

# 1. A second server that followed the first by streaming replication. That
#    evening it had fallen behind; its data had been wiped to build it anew.
#    No log was archived.
protection "replica" "db2" {
  target = target.memory_dataset.postgres
  domains = {
    instance = "db2"
    region   = "azure-east-us-2"
    account  = "gitlab-operators"
  }
}

# 2. A dump to Amazon S3 every day. It was empty: pg_dump 9.2 refused to dump
#    PostgreSQL 9.6, and the mails that said so were rejected.
repository "memory_vault" "s3" {
  name = "s3"
  domains = {
    region  = "amazon"
    account = "gitlab-s3"
  }
}

protection "snapshot" "pg_dump" {
  target     = target.memory_dataset.postgres
  repository = repository.memory_vault.s3
  schedule   = "24h"
  retention  = retention.dumps
}

retention "dumps" {
  keep {
    last = 7 # how many were kept is not published
  }
}

# 3. Snapshots of the disk (LVM), copied to staging once a day. Nobody thought
#    of them as a backup.
repository "memory_vault" "staging" {
  name = "staging"
  domains = {
    instance = "staging"
    region   = "azure-east-us-2"
    account  = "gitlab-operators"
  }
}

protection "snapshot" "lvm" {
  target     = target.memory_dataset.postgres
  repository = repository.memory_vault.staging
  schedule   = "1h" # the change: it was 24h
  retention  = retention.lvm
}

# How many there were is not published. With a single one, the next run would
# have replaced the last good state by the damage.
retention "lvm" {
  keep {
    last = 25 # the change: it was 2
  }
}

# 4. Snapshots of the disks by Azure: on for the file servers, off for these.

assumptions "disks_of_staging" {
  of                = [repository.memory_vault.staging]
  restore_bandwidth = "7.5MB/s" # 60 Mbit/s
  reason            = "60 Mbit/s, the rate of the copy back from staging"
}
