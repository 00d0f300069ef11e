"""Makes the data folder of version 0.1 that DataFolderUpgradeTests opens: python3 make.py PROGRAM.dll OUT.zip
PROGRAM is a build of commit d79c09b (Entity Framework Core 6). Writes a small labelled corpus, trains on it, adds accounts, a label and a saved context over HTTP, and
keeps what the API answered beside the folder (expected/*.json), so that a test can hold newer programs against it."""
import base64, http.client, html, json, os, random, re, shutil, subprocess, sys, tempfile, time, urllib.parse, zipfile

program, target = sys.argv[1:3]
work = tempfile.mkdtemp()
corpus, data, port = os.path.join(work, "corpus"), os.path.join(work, "data"), 6802
random.seed(1)
words = "river stone lantern meadow harbour kettle quiet seven maple orchard bridge velvet carry north simple ticket".split()
arabic = "".join(chr(c) for c in range(0x627, 0x64b) if chr(c).isalpha())
makers = {
    "dna": lambda: "".join(random.choice("ACGT") for _ in range(420)),
    "base64": lambda: base64.b64encode(random.randbytes(300)).decode(),
    "english": lambda: " ".join(random.choice(words) for _ in range(70)) + ".",
    "arabic": lambda: " ".join("".join(random.choice(arabic) for _ in range(random.randint(2, 6))) for _ in range(45)),
}
for domain, make in makers.items():
    os.makedirs(os.path.join(corpus, domain))
    for i in range(25):
        open(os.path.join(corpus, domain, f"{i}.txt"), "w").write(make() + "\n")
configuration = os.path.join(work, "run.json")
json.dump({"preset": "demo", "heldOutTokens": 2000, "indexTokens": 2000, "evaluationTokens": 512,
           "transformer": {"vocabulary": 400, "layers": 1, "dModel": 16, "dMlp": 8, "heads": 2, "context": 32, "tokens": 60000, "batchWindows": 8},
           "dictionaries": [{"features": 4, "samples": 20000, "batch": 64}, {"features": 6, "samples": 20000, "batch": 64}]}, open(configuration, "w"))
subprocess.run(["dotnet", program, "run", "--corpus", corpus, "--config", configuration, "--data", data], check=True, stderr=subprocess.DEVNULL)

log = os.path.join(work, "log")
server = subprocess.Popen(["dotnet", program, "serve", "--no-demo", "--data", data, "--urls", f"http://127.0.0.1:{port}", "--set", "Training:Enabled=false"],
                          stdout=open(log, "w"), stderr=subprocess.STDOUT)
while "works once" not in open(log).read():
    assert server.poll() is None, open(log).read()
    time.sleep(0.2)
cookies = {}


def ask(method, path, fields=None):
    headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in cookies.items())} if cookies else {}
    if fields is not None:
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{port}"}
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request(method, path, urllib.parse.urlencode(fields) if fields is not None else None, headers)
    answer = connection.getresponse()
    for name, value in answer.getheaders():
        if name.lower() == "set-cookie":
            key, content = value.split(";")[0].split("=", 1)
            cookies[key] = content
    return answer.status, answer.read().decode()


def post(path, page, **fields):
    token = html.unescape(re.search(r'name="__RequestVerificationToken" value="([^"]+)"', ask("GET", page)[1]).group(1))
    status, body = ask("POST", path, {**fields, "__RequestVerificationToken": token})
    assert status in (200, 302, 303), (path, status, body[:500])
    return body


password = "correct horse battery"
token = re.search(r"works once: (\S+)", open(log).read()).group(1)
post("/setup", "/setup", _handler="set-up", Token=token, UserName="ada", NewPassword=password, Again=password)
post("/accounts", "/accounts", _handler="create", NewName="vera", NewRole="Annotator")
post("/A/1/5/label", "/A/1/5", text="A label", note="and its note", returnUrl="/A/1/5")
expected = {"models": "/api/v1", "list": "/api/v1/A/1?sort=density", "feature": "/api/v1/A/1/5", "relations": "/api/v1/A/1/5/relations", "ablation": "/api/v1/A/1/5/ablation",
            "neuron": "/api/v1/A/neurons/3", "report": "/api/v1/A/1/report", "context": "/api/v1/A/1/context?context=dna", "examples": "/api/v1/A/1/5/examples?order=random&seed=3",
            "origins": "/api/v1/A/1/5/origins", "search": "/api/v1/search?q=dna", "run": "/api/v1/runs/1", "metrics": "/api/v1/runs/1/metrics"}
cookies.clear()
answers = {}
for name, path in expected.items():
    status, answers[name] = ask("GET", path)
    assert status == 200, (path, status)
server.terminate()
server.wait()
# Copied by the program itself, so that the database is one file.
copy = os.path.join(work, "copy")
subprocess.run(["dotnet", program, "backup", copy, "--data", data], check=True, stdout=subprocess.DEVNULL)
with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
    for folder, _, names in sorted(os.walk(copy)):
        for name in sorted(names):
            path = os.path.join(folder, name)
            kept = os.path.relpath(path, copy)
            if kept != "backup.json" and not kept.startswith("keys"):
                out.write(path, "data/" + kept)
    for name, path in expected.items():
        out.writestr(f"expected/{name}.json", json.dumps({"path": path, "answer": json.loads(answers[name])}, ensure_ascii=False, indent=1))
shutil.rmtree(work)
