# A shop in the AWS region us-east-1 with a pilot light in us-west-2, on
# 19 October 2025.
#
# What failed, and when, is from AWS's own summary (see README.md). The shop is
# an example.

objective "shop" {
  survive "region" {
    rpo = "1h"
    rto = "4h"
  }
}

target "memory_dataset" "orders" {
  name      = "orders"
  size      = "100GB"
  objective = objective.shop
  domains = {
    zone   = "use1-az4"
    region = "us-east-1"
  }
}

# The data are safe in us-west-2. The servers that would use them are not there
# yet: a pipeline in us-east-1 starts them on the day.
repository "memory_vault" "us_west_2" {
  name          = "pilot-light"
  domains       = { region = "us-west-2" }
  control_plane = { region = "us-east-1" }
}

protection "snapshot" "hourly" {
  target     = target.memory_dataset.orders
  repository = repository.memory_vault.us_west_2
  schedule   = "1h"
  retention  = retention.two_days
}

# The change: a snapshot every 1h, in another region.
repository "memory_vault" "elsewhere" {
  name    = "elsewhere"                   # name the place
  domains = { region = "another-region" } # name the place
}

protection "snapshot" "elsewhere" {
  target     = target.memory_dataset.orders
  repository = repository.memory_vault.elsewhere
  schedule   = "1h"
  retention  = retention.two_days
}

retention "two_days" {
  keep {
    hourly = 48
  }
}

assumptions "pilot_light" {
  restore_bandwidth = "100MB/s"
  provision         = "30m"
  reason            = "a rehearsal on a day when all was well"
}
