# A server that its owner rented in OVHcloud's data centre SBG2 in Strasbourg,
# with its backup in the building next to it, on 9 March 2021.
#
# Facts are from OVHcloud's statements and the press (see README.md) unless a
# comment says otherwise.

# What somebody expects who pays for a daily backup.
objective "daily_backup" {
  survive "zone" {
    rpo = "24h"
    rto = "24h"
  }
  survive "region" {
    rpo = "48h"
    rto = "48h"
  }
}

# SBG1, SBG2, SBG3 and SBG4 stood on one site, on one power supply.
target "memory_dataset" "game_servers" {
  name      = "game-servers"
  size      = "500GB" # an example
  objective = objective.daily_backup
  domains = {
    instance = "server-in-sbg2"
    zone     = "sbg2"
    region   = "strasbourg"
    vendor   = "ovh"
  }
}

repository "memory_vault" "sbg1" {
  name = "backup-in-sbg1"
  domains = {
    instance = "backup-in-sbg1"
    zone     = "sbg1"
    region   = "strasbourg"
    vendor   = "ovh"
  }
}

protection "snapshot" "daily" {
  target     = target.memory_dataset.game_servers
  repository = repository.memory_vault.sbg1
  schedule   = "24h"
  retention  = retention.week
}

# The change: a snapshot every 2d, in another region.
repository "memory_vault" "elsewhere" {
  name    = "elsewhere"                   # name the place
  domains = { region = "another-region" } # name the place
}

protection "snapshot" "elsewhere" {
  target     = target.memory_dataset.game_servers
  repository = repository.memory_vault.elsewhere
  schedule   = "2d"
  retention  = retention.week
}

retention "week" {
  keep {
    daily = 7
  }
}

assumptions "network" {
  restore_bandwidth = "50MB/s"
  reason            = "half of the 1 Gbit/s that such a server was rented with"
}
