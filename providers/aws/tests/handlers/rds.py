"""RDS: automated backups with what they reach, their replication, global clusters of a cluster, states.

The forms are those of the RDS API reference, version 2014-10-31.
"""
import datetime

from moto.core.responses import ActionResult
from moto.rds.exceptions import RDSClientError
from moto.rds.models import DBInstance, RDSBackend, rds_backends
from moto.rds.responses import RDSResponse

# What is replicated into a region: by its backend, then by the ARN of the instance.
REPLICATED = {}


def now():
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)


def automated_backup(instance, status="active", retention=None, region=None):
    days = instance.backup_retention_period if retention is None else retention
    return {
        "DBInstanceArn": instance.arn,
        "DBInstanceIdentifier": instance.db_instance_identifier,
        "DbiResourceId": "db-" + instance.db_instance_identifier.upper(),
        "Region": region or instance.backend.region_name,
        "Status": status,
        "Engine": instance.engine,
        "EngineVersion": instance.engine_version,
        "AllocatedStorage": instance.allocated_storage,
        "BackupRetentionPeriod": days,
        "Encrypted": bool(instance.storage_encrypted),
        "RestoreWindow": {"EarliestTime": now() - datetime.timedelta(days=days), "LatestTime": now()},
    }


def describe_db_instance_automated_backups(self):
    wanted = self.params.get("DBInstanceIdentifier")
    own = [automated_backup(it) for it in self.backend.databases.values() if it.backup_retention_period]
    found = own + list(REPLICATED.get(id(self.backend), {}).values())
    if wanted:
        found = [it for it in found if it["DBInstanceIdentifier"] == wanted]
    # moto pages objects only.
    begin = int(self.params.get("Marker") or 0)
    end = begin + int(self.params.get("MaxRecords") or 100)
    result = {"DBInstanceAutomatedBackups": found[begin:end]}
    if end < len(found):
        result["Marker"] = str(end)
    return ActionResult(result)


def source_of(self):
    arn = self.params["SourceDBInstanceArn"]
    region, name = arn.split(":")[3], arn.split(":")[-1]
    databases = rds_backends[self.current_account][region].databases
    if name not in databases:
        raise RDSClientError("DBInstanceNotFound", f"DBInstance {arn} not found.")
    return arn, databases[name]


def start_db_instance_automated_backups_replication(self):
    arn, instance = source_of(self)
    if instance.storage_encrypted and not self.params.get("KmsKeyId"):
        raise RDSClientError("InvalidParameterValue", "KmsKeyId is required for an encrypted source.")
    if instance.storage_encrypted and "DestinationRegion" not in (self.params.get("PreSignedUrl") or ""):
        raise RDSClientError("InvalidParameterValue", "PreSignedUrl must be specified.")
    if not instance.backup_retention_period:
        raise RDSClientError("InvalidDBInstanceState", "Automated backups are off.")
    here = REPLICATED.setdefault(id(self.backend), {})
    if here.get(arn, {}).get("Status") == "replicating":
        raise RDSClientError("InvalidDBInstanceState", "The replication has begun already.")
    days = int(self.params.get("BackupRetentionPeriod") or 7)
    here[arn] = automated_backup(instance, "replicating", days, arn.split(":")[3])
    return ActionResult({"DBInstanceAutomatedBackup": here[arn]})


def stop_db_instance_automated_backups_replication(self):
    arn = self.params["SourceDBInstanceArn"]
    here = REPLICATED.get(id(self.backend), {})
    if here.get(arn, {}).get("Status") != "replicating":
        raise RDSClientError("DBInstanceNotFound", f"{arn} is not replicated.")
    here[arn] = dict(here[arn], Status="retained")
    return ActionResult({"DBInstanceAutomatedBackup": here[arn]})


def remove_from_global_cluster(self):
    # moto looks in the backend of the region, where no global cluster is.
    name, member = self.params["GlobalClusterIdentifier"], self.params["DbClusterIdentifier"]
    globals_of = self.global_backend.global_clusters
    if name not in globals_of:
        raise RDSClientError("GlobalClusterNotFoundFault", f"Global cluster {name} not found.")
    found = [it for it in globals_of[name].members if it.db_cluster_arn == member]
    if not found:
        raise RDSClientError("DBClusterNotFoundFault", f"{member} is not in {name}.")
    globals_of[name].members.remove(found[0])
    found[0].global_cluster_identifier = None
    return ActionResult({"GlobalCluster": globals_of[name]})


for handler in (
    remove_from_global_cluster,
    describe_db_instance_automated_backups,
    start_db_instance_automated_backups_replication,
    stop_db_instance_automated_backups_replication,
):
    setattr(RDSResponse, handler.__name__, handler)


# A standby is in another zone than its primary.
def secondary_availability_zone(self):
    return self.backend.region_name + "b" if self.multi_az and not self.db_cluster_identifier else None


DBInstance.secondary_availability_zone = property(secondary_availability_zone)


# moto copies the tags of the source of a read replica; RDS gives it those of the request, and no standby.
created_read_replica = RDSBackend.create_db_instance_read_replica


def create_db_instance_read_replica(self, db_kwargs):
    name = db_kwargs["db_instance_identifier"]
    if name in self.databases:
        raise RDSClientError("DBInstanceAlreadyExists", "DB instance already exists")
    replica = created_read_replica(self, db_kwargs)
    replica.tags = db_kwargs.get("tags") or []
    if replica.backend is not self or ":" in db_kwargs["source_db_instance_identifier"]:
        # Groups are of a region.
        replica.db_parameter_group_name = None
    replica.multi_az = bool(db_kwargs.get("multi_az"))
    replica.deletion_protection = bool(db_kwargs.get("deletion_protection"))
    return replica


RDSBackend.create_db_instance_read_replica = create_db_instance_read_replica


# moto looks for the source of a global cluster where there are no clusters.
made_global_cluster = RDSBackend.create_global_cluster


def create_global_cluster(self, global_cluster_identifier, source_db_cluster_identifier=None, **others):
    if source_db_cluster_identifier is None:
        return made_global_cluster(
            self,
            global_cluster_identifier=global_cluster_identifier,
            source_db_cluster_identifier=None,
            **others,
        )
    region, name = (source_db_cluster_identifier.split(":")[it] for it in (3, -1))
    source = rds_backends[self.account_id][region].clusters[name]
    others.update(engine=source.engine, engine_version=source.engine_version)
    made = made_global_cluster(
        self,
        global_cluster_identifier=global_cluster_identifier,
        source_db_cluster_identifier=None,
        **others,
    )
    source.global_cluster_identifier = made.global_cluster_identifier
    made.members.append(source)
    return made


RDSBackend.create_global_cluster = create_global_cluster


# An instance with the tag `test:status` = STATUS or STATUS:TIMES is shown in that state, so many times.
shown_instances = RDSBackend.describe_db_instances


def describe_db_instances(self, *args, **kwargs):
    found = shown_instances(self, *args, **kwargs)
    for instance in found:
        said = next((tag["Value"] for tag in instance.tags if tag["Key"] == "test:status"), None)
        if said is None:
            continue
        status, _, times = said.partition(":")
        instance.status = status
        if times:
            left = int(times) - 1
            others = [tag for tag in instance.tags if tag["Key"] != "test:status"]
            if left < 0:
                instance.status = "available"
                instance.tags = others
            else:
                instance.tags = others + [{"Key": "test:status", "Value": f"{status}:{left}"}]
    return found


RDSBackend.describe_db_instances = describe_db_instances
