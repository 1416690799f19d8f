"""Starts moto as the tests need it, on a free port of the loopback, which it prints; ends with its standard input.

moto answers some S3 reads under an XML root that AWS does not use and that the SDK for Rust refuses, and makes a
replica anew where there is one of its name; both are put right here. What moto lacks altogether is added below as handlers in AWS's published form, one function each.
"""
import os
import sys

sys.dont_write_bytecode = True
os.environ.setdefault("MOTO_RDS_SNAPSHOT_LIMIT", "1000000")

from moto.core import serialize
from moto.moto_server.threaded_moto_server import ThreadedMotoServer
from moto.rds.exceptions import DBInstanceAlreadyExists
from moto.rds.models import RDSBackend

ROOTS = {
    "GetBucketVersioning": "VersioningConfiguration",
    "GetBucketNotification": "NotificationConfiguration",
    "GetBucketAccelerateConfiguration": "AccelerateConfiguration",
    "CompleteMultipartUpload": "CompleteMultipartUploadResult",
    "ListParts": "ListPartsResult",
    "ListBucketInventoryConfigurations": "ListInventoryConfigurationsResult",
}


def with_the_roots_of_aws(serialized_result_to_response):
    def wrapped(self, resp, result, shape, serialized):
        response = serialized_result_to_response(self, resp, result, shape, serialized)
        name = self.operation_model.name
        body = response.get("body")
        if name in ROOTS and isinstance(body, str):
            root = ROOTS[name]
            body = body.replace(f"<{name}Response", f"<{root}")
            body = body.replace(f"<{name}Result", f"<{root}") if f"<{root}" not in body else body
            body = body.replace(f"</{name}Response>", f"</{root}>").replace(f"</{name}Result>", f"</{root}>")
            response["body"] = body
        return response

    return wrapped


for cls in [value for value in vars(serialize).values() if isinstance(value, type)]:
    if "_serialized_result_to_response" in vars(cls):
        cls._serialized_result_to_response = with_the_roots_of_aws(cls._serialized_result_to_response)


def as_aws_refuses_a_name_twice(create_db_instance_read_replica):
    def wrapped(self, db_kwargs):
        if db_kwargs["db_instance_identifier"] in self.databases:
            raise DBInstanceAlreadyExists()
        return create_db_instance_read_replica(self, db_kwargs)

    return wrapped


RDSBackend.create_db_instance_read_replica = as_aws_refuses_a_name_twice(RDSBackend.create_db_instance_read_replica)

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import handlers  # noqa: E402,F401  what moto lacks


def seed_buckets(count):
    """Makes so many buckets that keep versions, with a tag each: by requests it would take minutes."""
    from moto.s3.models import s3_backends

    backend = s3_backends["123456789012"]["aws"]
    for number in range(count):
        bucket = backend.create_bucket(f"bucket-{number:04}", "eu-west-1")
        bucket.versioning_status = "Enabled"
        backend.tagger.tag_resource(bucket.arn, [{"Key": "team", "Value": "storage"}])


if __name__ == "__main__":
    seed_buckets(int(os.environ.get("LIFEBOAT_MOTO_BUCKETS", "0")))
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    print(server.get_host_and_port()[1], flush=True)
    sys.stdin.read()
