# A customer's servers at CloudNordic, a Danish host, on 17 August 2023.
#
# Facts are from CloudNordic's statement and the press (see README.md) unless a
# comment says otherwise.

objective "hosted_servers" {
  survive "account" {
    rpo             = "48h"
    rto             = "24h"
    detected_within = "14d" # how long the infection slept is not published
  }
}

# Servers that were moved between data centres had been infected before. In the
# new one they were wired to the network that managed everything.
target "memory_dataset" "customer_servers" {
  name      = "customer-servers"
  size      = "200GB" # an example
  objective = objective.hosted_servers
  domains = {
    instance = "host-7"
    account  = "management-network"
  }
}

repository "memory_vault" "primary_backup" {
  name = "primary-backup"
  domains = {
    instance = "backup-1"
    account  = "management-network"
  }
}

repository "memory_vault" "secondary_backup" {
  name = "secondary-backup"
  domains = {
    instance = "backup-2"
    account  = "management-network"
  }
}

protection "snapshot" "nightly" {
  target     = target.memory_dataset.customer_servers
  repository = repository.memory_vault.primary_backup
  schedule   = "24h"
  retention  = retention.month
}

protection "copy" "secondary" {
  target     = target.memory_dataset.customer_servers
  from       = protection.snapshot.nightly
  repository = repository.memory_vault.secondary_backup
  schedule   = "24h"
  retention  = retention.month
}

# The change: nobody can delete a point younger than 35d, and nobody can undo
# that, in repository.memory_vault.primary_backup.
protection "lock" "primary_backup" {
  target     = target.memory_dataset.customer_servers
  repository = repository.memory_vault.primary_backup
  lock_for   = "35d"
  lock_mode  = "compliance"
}

# An example: the host has not published its own.
retention "month" {
  keep {
    within = "35d"
  }
}

assumptions "network" {
  restore_bandwidth = "100MB/s"
  reason            = "an example: a link of 1 Gbit/s"
}
