"""Writes a million points with the official client of InfluxDB 2 (influxdb-client from PyPI), as its readme shows it.

usage: influx_client.py URL BUCKET
"""
import sys
import time

from influxdb_client import InfluxDBClient, Point, WriteOptions, WritePrecision
from influxdb_client.client.write_api import SYNCHRONOUS

POINTS = 1_000_000
url, bucket = sys.argv[1:]
with InfluxDBClient(url=url, token="none", org="none") as client:
    assert client.ping()
    with client.write_api(write_options=SYNCHRONOUS) as api:
        point = Point("weather").tag("place", "a b,c=d").field("warm", True).field("degrees", 20.5).field("count", 3)
        api.write(bucket, record=point.time(1_700_000_000, WritePrecision.S))
    start = time.monotonic()
    failures = []
    options = WriteOptions(batch_size=10_000, flush_interval=10_000)
    with client.write_api(write_options=options, error_callback=lambda *what: failures.append(what)) as api:
        lines = (
            f"cpu,host=h{index % 100} use={index / 7} {1_700_000_000_000_000_000 + index // 100 * 1_000_000}"
            for index in range(POINTS)
        )
        batch = []
        for line in lines:
            batch.append(line)
            if len(batch) == 10_000:
                api.write(bucket, record=batch)
                batch = []
    assert not failures, failures[0]
    seconds = time.monotonic() - start
    print(f"{POINTS} points in {seconds:.1f} s, {POINTS / seconds:.0f} a second, no failure")
