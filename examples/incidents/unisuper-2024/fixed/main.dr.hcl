# The private cloud of UniSuper, an Australian pension fund, at Google Cloud on
# 1 May 2024.
#
# Facts are from the joint statement of UniSuper and Google Cloud and from the
# press (see README.md) unless a comment says otherwise.

# What a fund with more than 600,000 members might promise.
objective "members" {
  survive "region" {
    rpo = "1h"
    rto = "4h"
  }
  survive "account" {
    rpo             = "24h"
    rto             = "3d"
    detected_within = "1h" # everything was gone at once
  }
}

target "memory_dataset" "private_cloud" {
  name      = "private-cloud"
  objective = objective.members
  domains = {
    region = "geography-1"
    vendor = "google-cloud"
  }
}

# The same in a second geography, by the same subscription: one parameter that
# was left empty ended both.
protection "replica" "second_geography" {
  target  = target.memory_dataset.private_cloud
  lag     = "15m" # an example
  promote = "1h"  # an example
  repoint = "1h"  # an example
  domains = {
    region = "geography-2"
    vendor = "google-cloud"
  }
}

# What saved it: backups with another vendor.
repository "memory_vault" "other_vendor" {
  name = "other-vendor"
  domains = {
    region = "other-vendor"
    vendor = "other-vendor"
  }
}

protection "snapshot" "other_vendor" {
  target     = target.memory_dataset.private_cloud
  repository = repository.memory_vault.other_vendor
  schedule   = "24h" # an example
  retention  = retention.month
}

# The change: a replica that stays 2h behind, with another vendor.
protection "replica" "delayed" {
  target  = target.memory_dataset.private_cloud
  fenced  = true
  delay   = "2h"
  lag     = "15m"                         # as of second_geography
  promote = "1h"                          # as of second_geography
  repoint = "1h"                          # as of second_geography
  domains = { vendor = "another-vendor" } # name the place
}

retention "month" {
  keep {
    within = "30d"
  }
}

assumptions "as_it_went" {
  of           = [protection.snapshot.other_vendor]
  restore_time = "7d"
  reason       = "what it took in May 2024: more than a week"
}
