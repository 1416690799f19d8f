"""Snapshots that another account shares: moto copies only those of the account that asks, AWS also shared ones.

AWS's form ("CopyDBSnapshot", RDS API reference): the source is the ARN of a shared snapshot, in the same region.
"""
from moto.rds.models import RDSBackend, rds_backends
from moto.utilities.arns import parse_arn

get_snapshot = RDSBackend.get_snapshot


def get_snapshot_or_shared_one(self, identifier, resource_type, not_found_exception):
    if identifier.startswith("arn"):
        arn = parse_arn(identifier)
        if arn.account != self.account_id:
            owner = rds_backends[arn.account][arn.region]
            found = owner.resource_map[resource_type].get(arn.resource_id)
            shared = found is not None and self.account_id in found.attributes["restore"]
            if not shared or arn.region != self.region_name:
                raise not_found_exception(identifier)
            return found
    return get_snapshot(self, identifier, resource_type, not_found_exception)


RDSBackend.get_snapshot = get_snapshot_or_shared_one
