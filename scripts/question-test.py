#!/usr/bin/env python3
"""Strangers who ask for work: how long others wait for plain pages and for /healthz/ready meanwhile, and what the server's memory comes to.

Usage: question-test.py --port 5000 --pid PID [--dictionary A/1 --features 512] [--connections 128] [--seconds 30] [--kinds ranking,feature,api,frame,picture,preview]

Every connection asks for a context that nobody has asked for before, a regular expression that takes long, by the kinds of address in turn; whatever comes
back, it asks again at once (with --polite: after what Retry-After says). With --addresses each connection is a visitor of its own. Meanwhile one reader asks for plain pages and another one for /healthz/ready, a few
times a second each. Prints one JSON object; exits with 1 when a plain page's 95th percentile is above 250 ms, /healthz/ready takes more than 1 s, the memory
is above 1200 MB, or an answer's status is neither 200 nor 400 nor a refusal (429, 503). The server is to be one of your own.
"""
import argparse
import asyncio
import collections
import json
import random
import time
import urllib.parse

# None is refused for its size; each takes a second and more over some hundred thousand tokens.
PATTERNS = ["(a|b|.{{1,9}}){{1,8}}{0}", ".{{1,99}}a.{{1,99}}{0}", "(.{{1,9}}a){{1,9}}{0}", "[^e]{{1,90}}[^t]{{1,90}}{0}", ".?(.?.?a?.?.?b?){{1,14}}{0}"]
KINDS = {
    "ranking": "/{dictionary}/context?context={context}",
    "feature": "/{dictionary}/{feature}?context={context}",
    "api": "/api/v1/{dictionary}/{feature}/context?context={context}",
    "frame": "/embed/{dictionary}/{feature}?context={context}",
    "picture": "/{dictionary}/{feature}/histogram.svg?context={context}",
    "preview": "/api/v1/contexts?in={dictionary}&context={context}",
}


async def ask(port, connection, path, address=None):
    """One request over a connection that is kept open; gives the connection, the status and the headers."""
    reader, writer = connection or await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n{f'X-Forwarded-For: {address}' + chr(13) + chr(10) if address else ''}\r\n".encode())
    await writer.drain()
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)}
    if "content-length" in headers:
        await reader.readexactly(int(headers["content-length"]))
    else:
        while (size := int((await reader.readuntil(b"\r\n")).strip(), 16)) > 0:
            await reader.readexactly(size + 2)
        await reader.readexactly(2)
    return (reader, writer), int(head.split()[1]), headers


async def stranger(options, number, statuses, end):
    connection, address = None, f"10.9.{number // 250}.{number % 250 + 1}" if options.addresses else None
    for asked in range(10**9):
        if time.monotonic() > end:
            break
        kind = options.kinds[(number + asked) % len(options.kinds)]
        pattern = PATTERNS[random.randrange(len(PATTERNS))].format(random.randrange(10**9))
        path = KINDS[kind].format(dictionary=options.dictionary, feature=random.randrange(options.features), context=urllib.parse.quote("regex:" + pattern, safe=""))
        try:
            connection, status, headers = await ask(options.port, connection, path, address)
        except (OSError, asyncio.IncompleteReadError) as e:
            connection, status, headers = None, type(e).__name__, {}
        statuses[status] += 1
        if options.polite and "retry-after" in headers:
            await asyncio.sleep(float(headers["retry-after"]))


async def watch(options, path, waits, statuses, end):
    connection = None
    while time.monotonic() < end:
        start = time.monotonic()
        connection, status, _ = await ask(options.port, connection, path())
        waits.append(time.monotonic() - start)
        statuses[status] += 1
        await asyncio.sleep(0.1)


async def weigh(options, sizes, end):
    while options.pid and time.monotonic() < end:
        with open(f"/proc/{options.pid}/status", encoding="ascii") as lines:
            sizes.append(next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS")))
        await asyncio.sleep(0.2)


async def main(options):
    # Another address each time: no page is one that the server has kept.
    page = lambda: f"/{options.dictionary}/{random.randrange(options.features)}?y={random.choice(['', 'log'])}&z={random.random()}"
    calm, pages, health, sizes = [], [], [], []
    plain, ready, asked = collections.Counter(), collections.Counter(), collections.Counter()
    await watch(options, page, calm, plain, time.monotonic() + 5)
    end = time.monotonic() + options.seconds
    strangers = [asyncio.create_task(stranger(options, number, asked, end)) for number in range(options.connections)]
    await asyncio.gather(
        watch(options, page, pages, plain, end), watch(options, lambda: "/healthz/ready", health, ready, end), weigh(options, sizes, end))
    for task in strangers:
        task.cancel()
    at = lambda waits, share: round(1000 * sorted(waits)[min(len(waits) - 1, int(share * len(waits)))], 1)
    strange = {str(status): count for counter in (plain, ready, asked) for status, count in counter.items() if status not in (200, 400, 429, 503)}
    strange.update({f"plain {status}": count for counter in (plain, ready) for status, count in counter.items() if status != 200})
    result = {
        "pageMedianBeforeMs": at(calm, 0.5), "pageP95BeforeMs": at(calm, 0.95), "pages": len(pages), "pageMedianMs": at(pages, 0.5), "pageP95Ms": at(pages, 0.95),
        "pageMaxMs": at(pages, 1), "readyMaxMs": at(health, 1), "serverMegabytes": max(sizes, default=None), "strangers": dict(asked), "strange": strange}
    print(json.dumps(result))
    return 1 if strange or result["pageP95Ms"] > 250 or result["readyMaxMs"] > 1000 or max(sizes, default=0) > 1200 else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=5000)
    parser.add_argument("--pid", type=int)
    parser.add_argument("--dictionary", default="A/1")
    parser.add_argument("--features", type=int, default=512)
    parser.add_argument("--connections", type=int, default=128)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--kinds", type=lambda text: text.split(","), default=list(KINDS))
    parser.add_argument("--addresses", action="store_true", help="an address for each connection; needs Proxy:Trusted=127.0.0.1")
    parser.add_argument("--polite", action="store_true")
    raise SystemExit(asyncio.run(main(parser.parse_args())))
