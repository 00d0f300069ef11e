#!/usr/bin/env python3
"""Readers of feature pages on a server of your own: how long they wait while something else, such as a training run, goes on.

Usage: load-test.py --port 5000 --dictionary A/1 --features 4096 [--readers 200] [--think 2] [--seconds 60] [--monitors 0 --run 1 --training 30 --alternate 0] [--pid PID]

Every reader asks for a random feature's page over a connection kept open, reads it whole, and thinks for about so many seconds (drawn evenly from 0 to twice as
many; 0: asks again at once). Monitors hold the event stream of a run open meanwhile. With --alternate N, readers come and go N times while a run trains, for
so many seconds each: what they cost it is told from the machine's own changes of speed, which are larger, by the mean of the N pairs. Prints one JSON object;
exits with 1 when any answer is not 200. Requests from the machine itself are not limited by the server, so that it needs no settings.
"""
import argparse
import asyncio
import json
import os
import random
import re
import time


class Tally:
    def __init__(self):
        self.waits, self.sizes, self.failures, self.events = [], [], [], 0


async def ask(reader, writer, path, encoding):
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: {encoding}\r\n\r\n".encode())
    await writer.drain()
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
    length = next(int(v) for k, v in headers.items() if k.lower() == "content-length")
    await reader.readexactly(length)
    return int(head.split()[1]), length


async def read(options, tally, end):
    reader, writer = await asyncio.open_connection("127.0.0.1", options.port)
    await think(options, end)
    while time.monotonic() < end:
        path = f"/{options.dictionary}/{random.randrange(options.features)}"
        start = time.monotonic()
        status, size = await ask(reader, writer, path, options.encoding)
        tally.waits.append(time.monotonic() - start)
        tally.sizes.append(size)
        if status != 200:
            tally.failures.append(f"{path}: {status}")
        await think(options, end)
    writer.close()


async def think(options, end):
    if options.think > 0:
        await asyncio.sleep(min(random.random() * 2 * options.think, max(0, end - time.monotonic())))


async def lines(options, end):
    """Lines of the run's event stream, up to a moment."""
    reader, writer = await asyncio.open_connection("127.0.0.1", options.port)
    writer.write(f"GET /api/v1/runs/{options.run}/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n".encode())
    try:
        while (left := end - time.monotonic()) > 0:
            try:
                line = await asyncio.wait_for(reader.readline(), left)
            except (asyncio.TimeoutError, ValueError):
                continue
            if not line:
                break
            yield line
    finally:
        writer.close()


async def watch(options, tally, end):
    async for line in lines(options, end):
        tally.events += line.startswith(b"event: ")


def memory(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as lines:
        fields = dict(line.split(":", 1) for line in lines)
    return {name: int(fields[name].split()[0]) // 1024 for name in ("VmRSS", "RssAnon")}


def processor(pid):
    """Seconds of processor time so far by thread: those that train bear the program's name (and draw pages, too: "pageSeconds" of the run tells for how long),
    all others draw and send pages, collect garbage and so on."""
    times = {}
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{thread}/stat", encoding="utf-8", errors="replace") as stat:
                name, fields = stat.read().split("(", 1)[1].rsplit(")", 1)
        except FileNotFoundError:
            continue
        times[thread] = (name == "FeatureExplorer", sum(map(int, fields.split()[11:13])) / os.sysconf("SC_CLK_TCK"))
    return times


def cores(pid):
    """Processors that the server may use."""
    return len(os.sched_getaffinity(pid))


def shares(before, after, seconds, own, cores):
    """What of the server's processors the threads that train, all others of the server, and this program have taken between two readings."""
    taken = lambda trains: sum(t - before.get(thread, (trains, 0))[1] for thread, (kind, t) in after.items() if kind == trains)
    share = lambda used: round(used / seconds / cores, 4)
    return {"training": share(taken(True)), "rest": share(taken(False)), "readers": share(own)}


async def pace(options, seconds):
    """Samples or tokens per second of the training over a time, and the seconds that its own threads have drawn pages meanwhile.

    The run tells how fast its last steps were, several times a second: the mean of as many equal pieces of work.
    """
    rates, drawn, seen = [], [], None
    async for line in lines(options, time.monotonic() + seconds):
        if not line.startswith(b"data: {"):
            continue
        now = json.loads(line[6:])
        drawn.append(now["pageSeconds"])
        rate = re.search(r"([\d,]+) (samples|tokens)/s", now["detail"])
        # The first tells of the time before.
        if rate and now["progress"] != seen and seen is not None:
            rates.append(float(rate[1].replace(",", "")))
        seen = now["progress"]
    return len(rates) / sum(1 / rate for rate in rates) if rates else None, drawn[-1] - drawn[0] if drawn else 0


async def alternate(options):
    """The training's pace, and the processors' shares, without and with readers in turn."""
    rounds, tally = [], Tally()
    for _ in range(options.alternate):
        calm = await period(options)
        end = time.monotonic() + options.seconds + 3
        tasks = [asyncio.create_task(read(options, tally, end)) for _ in range(options.readers)]
        tasks += [asyncio.create_task(watch(options, tally, end)) for _ in range(options.monitors)]
        await asyncio.sleep(2)
        loaded = await period(options)
        for problem in await asyncio.gather(*tasks, return_exceptions=True):
            if problem:
                tally.failures.append(repr(problem))
        if not calm["rate"] or not loaded["rate"]:
            continue  # the training is over, or pauses to index what it has
        rounds.append({"slower": 1 - loaded["rate"] / calm["rate"], "pages": loaded["pages"] + loaded["rest"] - calm["rest"], "readers": loaded["readers"] - calm["readers"]})
    if not rounds:
        raise SystemExit(f"Run {options.run} told of no steps: begin when it trains, and take more --seconds.")
    mean = lambda name: sum(r[name] for r in rounds) / len(rounds)
    error = lambda name: (sum((r[name] - mean(name)) ** 2 for r in rounds) / max(1, len(rounds) - 1) / len(rounds)) ** 0.5
    waits = sorted(tally.waits)
    print(json.dumps({
        **{name: [round(mean(name), 4), "+-", round(error(name), 4)] for name in ("slower", "pages", "readers")},
        "rounds": [{name: round(value, 3) for name, value in r.items()} for r in rounds], "cores": cores(options.pid), "answers": len(waits),
        "p95Ms": round(1000 * waits[int(0.95 * (len(waits) - 1))], 1), "failures": len(tally.failures), "firstFailures": tally.failures[:3]}))
    return 1 if tally.failures else 0


async def period(options):
    before, began, own = processor(options.pid), time.monotonic(), time.process_time()
    rate, drawn = await pace(options, options.seconds)
    seconds = time.monotonic() - began
    return {"rate": rate, "pages": drawn / seconds / cores(options.pid), **shares(before, processor(options.pid), seconds, time.process_time() - own, cores(options.pid))}


async def main(options):
    if options.alternate:
        return await alternate(options)
    calm = (await pace(options, options.training))[0] if options.training else None
    tally, end = Tally(), time.monotonic() + options.seconds
    before, began = processor(options.pid) if options.pid else None, time.monotonic()
    own = time.process_time()
    during = asyncio.create_task(pace(options, options.seconds - 2)) if options.training else None
    tasks = [read(options, tally, end) for _ in range(options.readers)] + [watch(options, tally, end) for _ in range(options.monitors)]
    for problem in await asyncio.gather(*tasks, return_exceptions=True):
        if problem:
            tally.failures.append(repr(problem))
    used = shares(before, processor(options.pid), time.monotonic() - began, time.process_time() - own, cores(options.pid)) if options.pid else None
    waits = sorted(tally.waits)
    at = lambda share: round(1000 * waits[min(len(waits) - 1, int(share * len(waits)))], 1)
    print(json.dumps({
        "pages": len(waits), "pagesPerSecond": round(len(waits) / options.seconds, 1), "medianMs": at(0.5), "p95Ms": at(0.95), "p99Ms": at(0.99),
        "medianBytes": sorted(tally.sizes)[len(tally.sizes) // 2], "largestBytes": max(tally.sizes), "events": tally.events,
        "failures": len(tally.failures), "firstFailures": tally.failures[:3], "serverMegabytes": memory(options.pid) if options.pid else None,
        "processorShares": used,
        "rateBefore": calm, "rateMeanwhile": (await during)[0] if during else None}))
    return 1 if tally.failures else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=5000)
    parser.add_argument("--dictionary", default="A/1")
    parser.add_argument("--features", type=int, default=4096)
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--think", type=float, default=2)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--monitors", type=int, default=0)
    parser.add_argument("--run", type=int, default=1)
    parser.add_argument("--pid", type=int)
    parser.add_argument("--encoding", default="gzip", help="gzip, as every browser asks for, or identity")
    parser.add_argument("--training", type=float, default=0, help="seconds over which to measure the run's pace first, to compare it with that under load")
    parser.add_argument("--alternate", type=int, default=0, help="pairs of times without and with readers, --seconds each; needs --pid and a run that trains")
    raise SystemExit(asyncio.run(main(parser.parse_args())))
