"""What moto lacks, added as handlers in AWS's published form. Importing the package installs them."""
from . import rds, rds_seed, rds_shared_snapshots  # noqa: F401
