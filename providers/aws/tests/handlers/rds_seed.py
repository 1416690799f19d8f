"""Instances from the start: LIFEBOAT_MOTO_INSTANCES="eu-west-1=500,us-west-2=500", named i00000, i00001, …

Made in this process: over HTTP each would take moto 15 ms. They are marked as the log of
`target.aws_db_instance.iNNNNN.log` of the configuration `default` marks them.
"""
import os

from moto.core import DEFAULT_ACCOUNT_ID
from moto.rds.models import rds_backends


def seed(region, count):
    backend = rds_backends[DEFAULT_ACCOUNT_ID][region]
    for number in range(count):
        name = f"i{number:05d}"
        mark = f"default target.aws_db_instance.{name}.log"
        backend.create_db_instance(
            {
                "db_instance_identifier": name,
                "engine": "postgres",
                "db_instance_class": "db.t4g.micro",
                "allocated_storage": 20,
                "master_username": "u",
                "master_user_password": "passw0rd12",
                "backup_retention_period": 7,
                "tags": [{"Key": "lifeboat:log", "Value": mark}],
            }
        )


for wanted in filter(None, os.environ.get("LIFEBOAT_MOTO_INSTANCES", "").split(",")):
    region, _, count = wanted.partition("=")
    seed(region, int(count))
