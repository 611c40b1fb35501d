#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A Ceph S3 gateway for tests: a monitor, an object store that keeps everything in memory, and the gateway, as
# children of this script. It needs no root and shares nothing with another instance: directory, ports, cluster.
#
#   usage: radosgw.sh ACCESS_KEY SECRET_KEY BUCKET
#
# SIGNET_RADOSGW_GIB is how much it holds (4), in memory.
#
# Prints `ready http://127.0.0.1:PORT` when the bucket is there, then waits. TERM or INT stops it and removes its
# directory. However this script ends, the kernel kills its children.
set -euo pipefail

access_key=${1:?access key}
secret_key=${2:?secret key}
bucket=${3:?bucket}
root=$(mktemp -d "${TMPDIR:-/tmp}/signet-radosgw.XXXXXX")

clean_up() {
    # The signal of a parent's end may come more than once, and must not cut this short.
    trap '' TERM INT
    trap - EXIT
    # All that runs, a step of the setup as well. KILL, because a memory store that ends in order writes itself to disk.
    local running
    mapfile -t running < <(jobs -p)
    ((${#running[@]} == 0)) || kill -KILL "${running[@]}" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$root"
}
trap clean_up EXIT
trap '[[ -n ${ready:-} ]] || explain "stopped before it was ready"; exit 143' TERM
trap 'exit 130' INT

explain() {
    printf 'radosgw.sh: %s\n' "$1" >&2
    tail --lines 4 "$root"/*.out "$root"/*.log >&2 2>/dev/null || true
}
fail() {
    explain "$1"
    exit 1
}

for program in ceph-mon ceph-osd radosgw radosgw-admin monmaptool osdmaptool setpriv curl python3; do
    command -v "$program" >/dev/null || {
        printf 'radosgw.sh: %s is missing: run docker/bootstrap.sh --test\n' "$program" >&2
        exit 69
    }
done

# Every address of 127.0.0.0/8 is this machine: an address of its own for each cluster, so that no two ever meet.
# Only the gateway stands on 127.0.0.1, on a port that the kernel chooses.
read -r a b c < <(od -An -N3 -tu1 /dev/urandom)
address=127.$((a % 254 + 1)).$b.$((c % 254 + 1))
cluster=$(</proc/sys/kernel/random/uuid)
store=$(</proc/sys/kernel/random/uuid)
libraries=$(dirname "$(find /usr/lib /usr/lib64 -type d -name rados-classes -print -quit 2>/dev/null)")

export CEPH_CONF=$root/ceph.conf
cat >"$CEPH_CONF" <<CONF
[global]
fsid = $cluster
mon host = [v2:$address:3300/0]
mon initial members = a
public addr = $address
cluster addr = $address
public network = 127.0.0.0/8
cluster network = 127.0.0.0/8
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
run dir = $root
admin socket =
crash dir = $root
log file = $root/\$name.log
mon cluster log file = $root/cluster.log
plugin dir = $libraries/ceph
erasure code dir = $libraries/ceph/erasure-code
osd class dir = $libraries/rados-classes

# One copy of everything on the one store.
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 2
osd pool default pgp num = 2
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
osd crush update on start = false
mon allow pool size one = true
mon max pg per osd = 1000
mon data avail crit = 1
mon data avail warn = 2
osd objectstore = memstore
memstore device bytes = $((${SIGNET_RADOSGW_GIB:-4} << 30))
osd memory target = 939524096

# A cluster of one has nobody to wait for.
paxos propose interval = 0.02
paxos min wait = 0.01

[mon.a]
mon data = $root/mon
[osd.0]
osd data = $root/osd
[client]
rgw data = $root
# Head and body of an answer are packets of their own; without nodelay the second waits 40 ms for the first one's ACK.
rgw frontends = beast endpoint=127.0.0.1:0 tcp_nodelay=1
rgw dns name = localhost
rgw thread pool size = 16
rgw enable usage log = false
# What is deleted or replaced makes room at once: all of it is memory.
rgw gc obj min wait = 0
rgw gc processor period = 2
rgw verify ssl = false
# Encryption by the server works without TLS and without a key service; the keys are worth nothing. No default key:
# Ceph does not copy what it encrypted.
rgw crypt require ssl = false
rgw crypt s3 kms backend = testing
rgw crypt s3 kms encryption keys = test-key=ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=
CONF

# NAME COMMAND...: a daemon that dies with this script.
start() {
    local name=$1
    shift
    setpriv --pdeathsig KILL "$@" >"$root/$name.out" 2>&1 </dev/null &
}

# COMMAND...: one step of the setup. In the background, so that a signal to this script is obeyed at once.
setup() {
    setpriv --pdeathsig KILL "$@" >"$root/setup.json" 2>"$root/setup.out" &
    wait $! || fail "failed: $1 ${2:-}"
}

# Storage classes are names only: all keep their objects in the one pool.
storage_classes() { # zonegroup or zone
    setup radosgw-admin "$1" get "--rgw-$1=default" </dev/null
    python3 - "$root/setup.json" <<'PYTHON' >"$root/$1.json"
import json, sys
names = ["STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER",
         "DEEP_ARCHIVE", "GLACIER_IR", "OUTPOSTS", "SNOW", "EXPRESS_ONEZONE"]
with open(sys.argv[1]) as file:
    settings = json.load(file)
for target in settings.get("placement_targets", []):
    target["storage_classes"] = names
for pool in settings.get("placement_pools", []):
    pool["val"]["storage_classes"] = {name: {"data_pool": "default.rgw.buckets.data"} for name in names}
json.dump(settings, sys.stdout)
PYTHON
    setup radosgw-admin "$1" set "--rgw-$1=default" "--infile=$root/$1.json" </dev/null
}

# PID: the port on which that process listens at 127.0.0.1, once it does.
listening_port() {
    local sockets
    sockets=$(find "/proc/$1/fd" -lname 'socket:*' -printf '%l ' 2>/dev/null) || return 1
    awk -v sockets="$sockets" '
        $2 ~ /^0100007F:/ && $4 == "0A" && index(sockets, "socket:[" $10 "]") { print substr($2, 10); exit }
    ' /proc/net/tcp
}

mkdir "$root/mon" "$root/osd"
# The map with the one store is given at the start, so that nothing has to be told to the monitor later.
setup monmaptool --create --fsid "$cluster" --addv a "[v2:$address:3300]" "$root/monmap"
setup osdmaptool --create-from-conf --clobber --createsimple 1 "$root/osdmap"
setup ceph-mon -i a --mkfs --monmap "$root/monmap" --osdmap "$root/osdmap"
start mon ceph-mon -i a -f
setup ceph-osd -i 0 --mkfs --osd-uuid "$store"
start osd ceph-osd -i 0 -f
setup radosgw-admin user create --uid=test --display-name=test "--access-key=$access_key" "--secret=$secret_key"
storage_classes zonegroup
storage_classes zone
start gateway radosgw -n client.gateway -f
gateway=$!

# The gateway tells nobody that it listens: it has to be looked at.
port=
until [[ -n $port ]]; do
    kill -0 "$gateway" 2>/dev/null || fail "the gateway ended at its start"
    port=$(listening_port "$gateway") || true
    sleep 0.02
done
endpoint=http://127.0.0.1:$((16#$port))
# The header is the digest of an empty body: older versions of curl do not add it by themselves.
setup curl --disable --noproxy '*' --silent --show-error --fail --max-time 60 --request PUT \
    --aws-sigv4 aws:amz:us-east-1:s3 --user "$access_key:$secret_key" \
    --header x-amz-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 \
    "$endpoint/$bucket"

ready=yes
printf 'ready %s\n' "$endpoint"
wait -n || true
fail "a daemon ended by itself"
