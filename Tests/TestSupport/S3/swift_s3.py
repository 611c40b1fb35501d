# SPDX-License-Identifier: Apache-2.0
"""OpenStack Swift with its S3 API for tests: proxy, object, container and account server in one process.

    usage: swift_s3.py ACCESS_KEY SECRET_KEY BUCKET

ACCESS_KEY is ACCOUNT:USER. Prints `ready http://127.0.0.1:PORT` when the bucket is there, then serves until it is
terminated; then it removes its directory. Ports are chosen by the kernel; nothing is shared with another instance.
"""

import eventlet

eventlet.monkey_patch()

import ctypes
import logging
import os
import shutil
import signal
import sys
import tempfile

import eventlet.wsgi

access_key, secret_key, bucket = sys.argv[1:4]
account, user = access_key.split(":")

# Whoever started this has ended: so does this (prctl, PR_SET_PDEATHSIG).
ctypes.CDLL(None).prctl(1, signal.SIGTERM)
root = tempfile.mkdtemp(prefix="signet-swift.")


def end(*_):
    shutil.rmtree(root, ignore_errors=True)
    os._exit(0)


signal.signal(signal.SIGTERM, end)
signal.signal(signal.SIGINT, end)


def write(name, text):
    path = os.path.join(root, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)
    return path


def serve():
    write("swift.conf", "[swift-hash]\nswift_hash_path_suffix = tests\nswift_hash_path_prefix = tests\n"
                        "[storage-policy:0]\nname = one\ndefault = yes\n")
    os.makedirs(os.path.join(root, "srv", "d1"))
    # Where Swift looks for its configuration is read when its modules are loaded.
    from swift.common import utils

    utils.SWIFT_CONF_FILE = os.path.join(root, "swift.conf")
    utils.config.SWIFT_CONF_FILE = utils.SWIFT_CONF_FILE
    utils.validate_configuration()
    from swift.common.ring import RingBuilder
    from swift.common.storage_policy import reload_storage_policies
    from swift.common.wsgi import SwiftHttpProtocol, loadapp

    reload_storage_policies()
    common = f"""[DEFAULT]
swift_dir = {root}
devices = {root}/srv
mount_check = false
disable_fallocate = true
recon_cache_path = {root}/cache
log_level = ERROR
log_address = {root}/nolog
"""
    sockets = {name: eventlet.listen(("127.0.0.1", 0)) for name in ("object", "container", "account", "proxy")}
    for name in ("object", "container", "account"):
        builder = RingBuilder(4, 1, 1)
        port = sockets[name].getsockname()[1]
        builder.add_dev({
            "region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "replication_ip": "127.0.0.1",
            "replication_port": port, "device": "d1", "weight": 1.0, "meta": "",
        })
        builder.rebalance()
        builder.get_ring().save(os.path.join(root, f"{name}.ring.gz"))
        write(f"{name}-server.conf", f"{common}[pipeline:main]\npipeline = {name}-server\n"
                                     f"[app:{name}-server]\nuse = egg:swift#{name}\n")
    filters = {
        "catch_errors": "", "gatekeeper": "", "listing_formats": "", "bulk": "", "copy": "", "symlink": "", "dlo": "",
        "slo": "max_manifest_segments = 10000", "tempauth": f"user_{account}_{user} = {secret_key} .admin",
        "s3api": "s3_acl = false\nlocation = us-east-1\nstorage_domain = localhost\ncheck_bucket_owner = false\n"
                 "auth_pipeline_check = true\nallow_multipart_uploads = true\nmin_segment_size = 5242880\n"
                 "max_upload_part_num = 10000\nallowable_clock_skew = 900",
        "versioned_writes": "allow_versioned_writes = true\nallow_object_versioning = true",
    }
    order = "catch_errors gatekeeper listing_formats s3api tempauth bulk copy slo dlo versioned_writes symlink"
    sections = "".join(f"[filter:{name}]\nuse = egg:swift#{name}\n{text}\n" for name, text in filters.items())
    write("proxy-server.conf", f"{common}[pipeline:main]\npipeline = {order} proxy-server\n{sections}"
                               "[app:proxy-server]\nuse = egg:swift#proxy\nallow_account_management = true\n"
                               "account_autocreate = true\nnode_timeout = 60\nconn_timeout = 2\n")
    quiet = logging.getLogger("wsgi")
    quiet.setLevel(logging.ERROR)
    for name, socket in sockets.items():
        app = loadapp(os.path.join(root, f"{name}-server.conf"), global_conf={"log_name": name})
        eventlet.spawn(eventlet.wsgi.server, socket, app, log=quiet, protocol=SwiftHttpProtocol, log_output=False)
    return f"http://127.0.0.1:{sockets['proxy'].getsockname()[1]}"


def make_bucket(endpoint):
    import botocore.session
    from botocore.config import Config

    client = botocore.session.get_session().create_client(
        "s3", region_name="us-east-1", endpoint_url=endpoint, aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        config=Config(signature_version="s3v4", s3={"addressing_style": "path"},
                      request_checksum_calculation="when_required"),
    )
    client.create_bucket(Bucket=bucket)


try:
    address = serve()
    make_bucket(address)
    print(f"ready {address}", flush=True)
    while True:
        eventlet.sleep(3600)
except BaseException:
    shutil.rmtree(root, ignore_errors=True)
    raise
