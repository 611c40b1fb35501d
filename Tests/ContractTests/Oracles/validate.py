# SPDX-License-Identifier: Apache-2.0
"""Validates JSON documents by a JSON Schema of 2020-12; needs the package `jsonschema`.

Reads {"schema": …, "documents": […]}, writes for each document the list of what is wrong with it.
"""

import json
import sys

from jsonschema import Draft202012Validator

request = json.load(sys.stdin)
Draft202012Validator.check_schema(request["schema"])
validator = Draft202012Validator(request["schema"])
json.dump([[error.message for error in validator.iter_errors(document)] for document in request["documents"]], sys.stdout)
