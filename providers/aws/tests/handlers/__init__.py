"""What moto lacks, added as handlers in AWS's published form. Importing the package installs them."""
