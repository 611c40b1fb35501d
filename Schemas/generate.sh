#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Regenerates Sources/Contract/Generated from Schemas/signet/v1.
# Needs protoc (Debian: protobuf-compiler). The plugin is built from the swift-protobuf that Package.swift pins.
#   --descriptor-set FILE   write the compiled schema to FILE instead (for the compatibility baseline).
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ ${1:-} == --descriptor-set ]]; then
    exec protoc -I Schemas --descriptor_set_out="$2" Schemas/signet/v1/*.proto
fi

swift build -c release --product protoc-gen-swift
plugin="$(swift build -c release --show-bin-path)/protoc-gen-swift"
protoc -I Schemas \
    --plugin=protoc-gen-swift="${SIGNET_PROTOC_GEN_SWIFT:-$plugin}" \
    --swift_opt=Visibility=Package --swift_opt=UseAccessLevelOnImports=true --swift_opt=FileNaming=DropPath \
    --swift_out=Sources/Contract/Generated \
    Schemas/signet/v1/*.proto
