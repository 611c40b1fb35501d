# SPDX-License-Identifier: Apache-2.0
"""A service of the usual kind that presigns lists of keys: FastAPI and boto3, a process for each of two cores."""

import os
import socket
import threading

import boto3
import botocore.config
import fastapi
import pydantic
import uvicorn

app = fastapi.FastAPI()
s3 = boto3.client(
    "s3",
    region_name="eu-central-1",
    config=botocore.config.Config(signature_version="s3v4", s3={"addressing_style": "virtual"}),
)


class Batch(pydantic.BaseModel):
    bucket: str
    keys: list[str]


@app.post("/sign")
def sign(batch: Batch):
    return {
        "urls": [
            {
                "key": key,
                "url": s3.generate_presigned_url("get_object", Params={"Bucket": batch.bucket, "Key": key}),
            }
            for key in batch.keys
        ]
    }


if __name__ == "__main__":
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    child = os.fork()
    if child:
        print(f"ready http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    else:
        # It ends with its parent.
        parent = os.getppid()

        def watch():
            while os.getppid() == parent:
                threading.Event().wait(0.5)
            os._exit(0)

        threading.Thread(target=watch, daemon=True).start()
    uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])
