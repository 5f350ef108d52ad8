"""Sends bent bodies to a daemon: usage fuzz-bodies.py URL COUNT SEED.

Each body is a valid question, job, schedule, alias, tensor request or text of observations in which some places were replaced, removed,
doubled, nested or cut. Fails where an answer is a 5xx, takes longer than ten seconds, or is a failure without a problem document.
"""

import http.client
import json
import random
import sys
import time
from urllib.parse import urlsplit

url, count, seed = urlsplit(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
print(f"{count} bodies, seed {seed}", flush=True)
pick = random.Random(seed)
QUESTION = {
    "dataset": "co2", "series": "1985", "times": [1, 2.5, 400], "asOf": 100, "quantiles": [0.1, 0.5], "levels": [80],
    "samples": 4, "paths": 2, "noise": False, "states": True, "anomalies": False, "seed": 1,
}
SEEN = {"model": "co2@latest", "observations": [{"time": 1, "channel": "co2", "value": 3}], "times": {"from": 0, "to": 9, "count": 4}}
TENSORS = {"inputs": [{"name": "times", "shape": [2], "datatype": "FP64", "data": [1, 2]},
                      {"name": "series", "shape": [1], "datatype": "BYTES", "data": ["1985"]}], "parameters": {"samples": 4, "seed": 2}}
JOB = {"kind": "probe", "arguments": {"seconds": 0}, "priority": 9, "tags": ["a"], "unique": {"key": "k", "onConflict": "returnExisting"}}
TRAIN = {"kind": "train", "arguments": {"dataset": "nobody", "seed": 3, "likelihoods": {"a": "poisson"}, "promote": {"margin": 0}}}
SCHEDULE = {"name": "s", "trigger": {"cron": "1 2 3 * *", "timeZone": "UTC"}, "job": {"kind": "probe"}, "missedRuns": "all", "paused": True}
ALIAS = {"version": 1, "by": "me", "reason": "why"}
CSV = "series,time,channel,value\na,1,x,2\nb,2,x,3.5\n"
LINES = '{"series":"a","time":1,"values":{"x":1,"y":null}}\n{"series":"a","time":2,"values":{"x":1}}\n'
POINTS = "cpu,host=a use=0.5,n=3i 1000\ncpu,host=b use=1,on=t 2000\n"
JSON, TEXT = "application/json", "text/plain"
KINDS = [
    ("POST", "/v1/predictions", JSON, QUESTION), ("POST", "/v1/predictions", JSON, SEEN),
    ("POST", "/v2/models/co2/infer", JSON, TENSORS), ("POST", "/v1/jobs", JSON, JOB), ("POST", "/v1/jobs", JSON, TRAIN),
    ("POST", "/v1/schedules", JSON, SCHEDULE), ("PUT", "/v1/models/co2/aliases/a", JSON, ALIAS),
    ("PATCH", "/v1/datasets/fuzz", JSON, {"tags": ["a"]}),
    ("POST", "/v1/datasets/fuzz/observations?dryRun=true", "text/csv", CSV),
    ("POST", "/v1/datasets/fuzz/observations?dryRun=true", "application/x-ndjson", LINES),
    ("POST", "/v1/datasets/fuzz/observations?dryRun=true", TEXT, POINTS), ("POST", "/write?db=fuzzed", TEXT, POINTS),
]
ODD = [None, True, 0, -1, 1e308, -1e308, 1e-320, 2**63, 2**64, -(2**63) - 1, "", "noon", "\x00", "ü" * 50, "2024-02-30T00:00:00Z",
       "a" * 5000, [], {}, [[]], [None], {"": {}}, "NaN", "1e999", 0.1, "co2@", "@", "co2@production@1", "../../x"]


def bend(value, depth=0):
    """The value with some places replaced, removed, doubled or nested."""
    if pick.random() < 0.08:
        return pick.choice(ODD)
    if isinstance(value, dict):
        bent = {key: bend(member, depth + 1) for key, member in value.items() if pick.random() > 0.05}
        if pick.random() < 0.05:
            bent[pick.choice(["x", "", "times", "kind", "a/b~c"])] = pick.choice(ODD)
        return bent
    if isinstance(value, list):
        bent = [bend(element, depth + 1) for element in value]
        return bent * pick.choice([1, 1, 1, 1, 2, 50]) if len(bent) < 100 else bent
    if isinstance(value, (int, float)) and not isinstance(value, bool) and pick.random() < 0.2:
        return value * pick.choice([-1, 0, 10, 1e3, 1e9, 0.3])
    return value


def damage(data):
    """The bytes with some cut, changed or repeated; most often as they are."""
    if pick.random() < 0.7 or not data:
        return data
    data = bytearray(data)
    for _ in range(pick.randint(1, 4)):
        place = pick.randrange(len(data) or 1)
        match pick.randrange(4):
            case 0: data[place:place] = bytes([pick.randrange(256)])
            case 1: del data[place:]
            case 2: data[place:place + 1] = bytes([pick.choice(b'"{}[],:\\\n\r\t -e.0')])
            case 3: data[place:place] = data[:place] if len(data) < 4000 else b""
        if not data:
            break
    return bytes(data)


connection = http.client.HTTPConnection(url.hostname, url.port, timeout=70)
statuses, slowest, failed = {}, 0, 0
for number in range(count):
    method, path, kind, body = pick.choice(KINDS)
    if pick.random() < 0.002:
        data = b"[" * 100000
    elif isinstance(body, str):
        data = damage(damage(body.encode()))
    else:
        data = damage(json.dumps(bend(body)).encode())
    start = time.monotonic()
    connection.request(method, path, data, {"content-type": kind})
    answer = connection.getresponse()
    text = answer.read()
    taken = time.monotonic() - start
    slowest = max(slowest, taken)
    statuses[answer.status] = statuses.get(answer.status, 0) + 1
    fault = None
    if answer.status >= 500:
        fault = f"{answer.status}"
    elif taken > 10:
        fault = f"{taken:.1f} s"
    elif answer.status >= 400 and not path.startswith("/write"):
        try:
            problem = json.loads(text)
            if answer.getheader("content-type") != "application/problem+json" or problem["status"] != answer.status or not isinstance(
                problem["errors"], list
            ):
                fault = "no problem document"
        except (ValueError, KeyError):
            fault = "no problem document"
    if fault:
        failed += 1
        if failed <= 10:
            print(f"FAILED: body {number}: {fault}: {method} {path} {data[:300]!r} -> {text[:300]!r}", flush=True)
print(f"statuses {dict(sorted(statuses.items()))}, slowest {slowest:.2f} s, {failed} failed")
sys.exit(1 if failed else 0)
