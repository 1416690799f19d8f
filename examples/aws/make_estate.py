#!/usr/bin/env python3
"""Makes the shop that main.dr.hcl protects, in an emulator of AWS: python make_estate.py ENDPOINT"""
import json
import sys

import boto3

HOME, DR = "eu-west-1", "eu-central-1"
VAULT = "arn:aws:iam::222222222222:role/lifeboat-vault"
endpoint = sys.argv[1]
shop = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test")


def client(name, region, session=shop):
    return session.client(name, region_name=region, endpoint_url=endpoint)


def key(region, session=shop):
    kms = client("kms", region, session)
    made = kms.create_key(Description="databases")["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/lifeboat", TargetKeyId=made)
    return made


taken = client("sts", HOME).assume_role(RoleArn=VAULT, RoleSessionName="estate")["Credentials"]
vault = boto3.Session(taken["AccessKeyId"], taken["SecretAccessKey"], taken["SessionToken"])
key(DR)
key(DR, vault)
key(HOME, vault)
of_data = key(HOME)

trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
client("iam", HOME).create_role(RoleName="lifeboat-replication", AssumeRolePolicyDocument=json.dumps(trust))

rds = client("rds", HOME)
rds.create_db_instance(
    DBInstanceIdentifier="orders-prod",
    Engine="postgres",
    EngineVersion="16.4",
    DBInstanceClass="db.r6g.large",
    AllocatedStorage=200,
    MasterUsername="shop",
    MasterUserPassword="not-a-secret-here",
    StorageEncrypted=True,
    KmsKeyId=of_data,
    BackupRetentionPeriod=1,
    AvailabilityZone="eu-west-1a",
)
rds.create_db_cluster(
    DBClusterIdentifier="accounts-prod",
    Engine="aurora-postgresql",
    EngineVersion="16.4",
    MasterUsername="shop",
    MasterUserPassword="not-a-secret-here",
    StorageEncrypted=True,
    KmsKeyId=of_data,
    BackupRetentionPeriod=1,
)
rds.create_db_instance(
    DBInstanceIdentifier="accounts-prod-1",
    DBClusterIdentifier="accounts-prod",
    Engine="aurora-postgresql",
    DBInstanceClass="db.r6g.large",
    AvailabilityZone="eu-west-1a",
)

s3 = client("s3", HOME)
for bucket in ["shop-receipts", "shop-uploads", "shop-assets"]:
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": HOME})
    for number in range(3):
        s3.put_object(Bucket=bucket, Key=f"{number}.txt", Body=f"{bucket} {number}".encode())
print("orders-prod, accounts-prod and three buckets are in", HOME)
