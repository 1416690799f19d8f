"""What moto lacks, added as handlers in AWS's published form. Importing the package installs them."""
from . import rds, rds_seed  # noqa: F401
