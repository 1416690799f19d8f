# GitHub's largest databases on 21 October 2018.
#
# Facts are from GitHub's post-incident analysis of 30 October 2018 (see
# README.md) unless a comment says otherwise.

# GitHub had published no objective. A minute of writes and an hour for a lost
# region, a working day for lost data are what is taken here.
objective "repository_metadata" {
  survive "corruption" {
    rpo             = "6h"
    rto             = "8h"
    detected_within = "1h"
  }
  survive "region" {
    rpo = "1m"
    rto = "1h"
  }
}

# MySQL with its primary on the east coast of the United States: "multiple
# terabytes"; the least that can be meant is taken.
target "memory_dataset" "mysql" {
  name      = "mysql"
  size      = "2TB"
  objective = objective.repository_metadata
  domains   = { region = "us-east" }
}

# Replicas on the west coast, which Orchestrator promotes by itself. Nothing
# cuts the old primary off: when the link between the coasts was gone for 43
# seconds, both sides took writes that the other did not have.
protection "replica" "west" {
  target  = target.memory_dataset.mysql
  fenced  = true  # the change: it was false
  promote = "30s" # Orchestrator needs seconds
  repoint = "1m"  # an example
  domains = { region = "us-west" }
  lag     = "1m" # the change: required, not known
}

# Backups every four hours, in the cloud of somebody else.
repository "memory_vault" "cloud" {
  name    = "remote-cloud"
  domains = { region = "remote-cloud" }
}

protection "snapshot" "every_four_hours" {
  target     = target.memory_dataset.mysql
  repository = repository.memory_vault.cloud
  schedule   = "4h"
  retention  = retention.month
}

# The change: a replica that stays 2h behind, where protection.replica.west
# stands.
protection "replica" "delayed" {
  target  = target.memory_dataset.mysql
  fenced  = true
  delay   = "2h"
  lag     = "1m"  # required, not known
  promote = "30s" # as of west
  repoint = "1m"  # as of west
  domains = { region = "us-west" }
}

retention "month" {
  keep {
    hourly = 24
    daily  = 30
  }
}

assumptions "way_back_from_the_cloud" {
  of                = [repository.memory_vault.cloud]
  restore_bandwidth = "50MB/s"
  reason            = "an example; \"hours\" were spent on the transfer alone"
}
