"""A strict stand-in for `neo4j-admin`: it takes one command line, and speaks to Aura's double.

What it was given lies in `seen.json` beside it; `mode` beside it says how it ends.
"""

import sys
from pathlib import Path

_SCRIPT = """#!{python} -IS
import base64, json, os, pathlib, sys, time, urllib.request, zlib
here = pathlib.Path({here!r})
mode = (here / "mode").read_text()
with (here / "starts").open("a") as starts:
    starts.write("started\\n")
arguments, env = sys.argv[1:], dict(os.environ)
(here / "seen.json").write_text(json.dumps(dict(arguments=arguments, env=env, pid=os.getpid())))
if mode == "early":
    sys.exit("the password " + env["NEO4J_PASSWORD"] + " is not liked at all")
command, verb, database, path, uri, overwrite = arguments
assert [command, verb, overwrite] == ["database", "upload", "--overwrite-destination=true"]
key, _, folder = path.partition("=")
assert key == "--from-path" and pathlib.Path(folder).stat().st_mode & 0o777 == 0o700
[file] = pathlib.Path(folder).iterdir()
assert file.stem == database and file.stat().st_mode & 0o777 == 0o600, file
assert uri.startswith("--to-uri=neo4j+s://") and uri.endswith(".databases.neo4j.io")
instance = uri[len("--to-uri=neo4j+s://"):].partition(".")[0]
url, content = (here / "url").read_text(), file.read_bytes()
if mode == "hangs":
    print("Uploading 10%", flush=True)
    (here / "ready").write_text("ready")
    time.sleep(600)

def ask(path, said, method="POST", **headers):
    data = said if isinstance(said, bytes) else json.dumps(said).encode()
    request = urllib.request.Request(path, data, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        return answer.headers, answer.read()

pair = env["NEO4J_USERNAME"] + ":" + env["NEO4J_PASSWORD"]
basic = "Basic " + base64.b64encode(pair.encode()).decode()
base, base2 = (url + "/v%d/databases/" % v + instance + "/import" for v in (1, 2))
token = json.loads(ask(base + "/auth", b"", Authorization=basic, Confirmed="true")[1])["Token"]
bearer = dict(Authorization="Bearer " + token)
crc = zlib.crc32(content)
sizes = dict(Crc32=crc, DumpSize=len(content), FullSize=len(content))
told = json.loads(ask(base2, sizes, **bearer, **{{"Neo4j-Version": "2026.10.0"}})[1])
begun, _ = ask(told["SignedURI"], b"", **{{"x-goog-resumable": "start", "Content-Type": ""}})
ask(begun["Location"], content, "PUT")
print("Uploading 100%")
ask(base + "/upload-complete", dict(Crc32=crc), **bearer)
if mode == "late":
    sys.exit("lost sight of it")
print("Your data was successfully pushed to Aura and is now running.")
"""


def stand_in(folder: Path) -> Path:
    """Write it into a folder; returns its path."""
    folder.mkdir()
    (folder / "mode").write_text("good")
    program = folder / "neo4j-admin"
    program.write_text(_SCRIPT.format(python=sys.executable, here=str(folder)))
    program.chmod(0o700)
    return program


def starts(folder: Path) -> int:
    """How often it was started."""
    told = folder / "starts"
    return len(told.read_text().splitlines()) if told.exists() else 0
