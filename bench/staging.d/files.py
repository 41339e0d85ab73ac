"""What bench/staging copies: one large file, many small ones, and the lists of them that S3 would give.

usage: files.py FOLDER SCALE
"""
import os
import pathlib
import random
import sys

folder, scale = pathlib.Path(sys.argv[1]), int(sys.argv[2])
LARGE, SMALL, MANY = (4 << 30) // scale, 256 << 10, 10_000 // scale
PAGE = 1000
TIME = 1_700_000_000  # of the object that an upload makes; nginx's ETag is its time and size
store = folder / "store/lab"
for name in ("small", "up", "parts"):
    (store / name).mkdir(parents=True)
for name in ("lists", "parts", "home"):
    (folder / name).mkdir()

rng = random.Random(4711)
with open(store / "large", "wb") as file:
    block = rng.randbytes(16 << 20)
    for number in range(LARGE // len(block)):
        file.write(number.to_bytes(8, "big") + block[8:])
for number in range(MANY):
    (store / f"small/{number:05d}").write_bytes(rng.randbytes(SMALL))

# Nobody reads what was uploaded; it is looked at with HEAD.
with open(store / "up/large", "wb") as file:
    file.truncate(LARGE // (16 << 20) * (16 << 20))
os.utime(store / "up/large", (TIME, TIME))
etag = f'"{TIME:x}-{os.stat(store / "up/large").st_size:x}"'
conf = folder / "nginx.conf"
conf.write_text(conf.read_text().replace("@ETAG@", etag))

for page in range((MANY + PAGE - 1) // PAGE):
    names = range(page * PAGE, min((page + 1) * PAGE, MANY))
    more = names.stop < MANY
    entries = ""
    for number in names:
        path = store / f"small/{number:05d}"
        tag = f"{int(path.stat().st_mtime):x}-{SMALL:x}"
        entries += (
            f"<Contents><Key>small/{number:05d}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified>"
            f"<ETag>&quot;{tag}&quot;</ETag><Size>{SMALL}</Size><StorageClass>STANDARD</StorageClass></Contents>"
        )
    token = f"<NextContinuationToken>{page + 1}</NextContinuationToken>" if more else ""
    (folder / f"lists/{page}").write_text(
        f'<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>lab</Name>'
        f"<Prefix>small/</Prefix><KeyCount>{len(names)}</KeyCount><MaxKeys>{PAGE}</MaxKeys><EncodingType>url</EncodingType>"
        f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}{entries}</ListBucketResult>"
    )
