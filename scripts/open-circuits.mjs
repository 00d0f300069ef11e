// Opens many pages with a connection as browsers do, without browsers: the page, its circuit over a web socket, answers to every call and every drawing.
//   node scripts/open-circuits.mjs URL COUNT SECONDS [COOKIE]
// Prints how many circuits live, and how many drawings and bytes they received. Needs Node 22, or the package "ws" (WS=path of it).
const [url, count, seconds, cookie] = process.argv.slice(2);
const Socket = globalThis.WebSocket ?? (await import(process.env.WS ?? "ws")).default.WebSocket ?? (await import(process.env.WS ?? "ws")).default;

// As much of MessagePack as the protocol uses.
const encode = (value, out = []) => {
  if (value === null || value === undefined) out.push(0xc0);
  else if (value === true || value === false) out.push(value ? 0xc3 : 0xc2);
  else if (typeof value === "number") {
    if (value >= 0 && value < 128) out.push(value);
    else { const b = Buffer.alloc(9); b[0] = 0xd3; b.writeBigInt64BE(BigInt(value), 1); out.push(...b); }
  } else if (typeof value === "string") {
    const b = Buffer.from(value);
    const head = Buffer.alloc(5); head[0] = 0xdb; head.writeUInt32BE(b.length, 1);
    out.push(...head); for (const byte of b) out.push(byte);
  } else if (Array.isArray(value)) {
    const head = Buffer.alloc(3); head[0] = 0xdc; head.writeUInt16BE(value.length, 1); out.push(...head);
    value.forEach((item) => encode(item, out));
  } else out.push(0x80);
  return out;
};
const decode = (b) => {
  let at = 0;
  const many = (n) => Array.from({ length: n }, () => next());
  const bytes = (n) => b.subarray(at, (at += n));
  const map = (n) => { many(2 * n); return {}; };
  const next = () => {
    const t = b[at++];
    if (t < 0x80) return t;
    if (t < 0x90) return map(t & 15);
    if (t < 0xa0) return many(t & 15);
    if (t < 0xc0) return bytes(t & 31).toString();
    if (t >= 0xe0) return t - 256;
    const u = (n) => { const v = b.readUIntBE(at, n); at += n; return v; };
    switch (t) {
      case 0xc0: return null;
      case 0xc2: return false;
      case 0xc3: return true;
      case 0xc4: return bytes(u(1));
      case 0xc5: return bytes(u(2));
      case 0xc6: return bytes(u(4));
      case 0xca: { at += 4; return b.readFloatBE(at - 4); }
      case 0xcb: { at += 8; return b.readDoubleBE(at - 8); }
      case 0xcc: return u(1);
      case 0xcd: return u(2);
      case 0xce: return u(4);
      case 0xcf: { at += 8; return Number(b.readBigUInt64BE(at - 8)); }
      case 0xd0: { at += 1; return b.readInt8(at - 1); }
      case 0xd1: { at += 2; return b.readInt16BE(at - 2); }
      case 0xd2: { at += 4; return b.readInt32BE(at - 4); }
      case 0xd3: { at += 8; return Number(b.readBigInt64BE(at - 8)); }
      case 0xd9: return bytes(u(1)).toString();
      case 0xda: return bytes(u(2)).toString();
      case 0xdb: return bytes(u(4)).toString();
      case 0xdc: return many(u(2));
      case 0xdd: return many(u(4));
      case 0xde: return map(u(2));
      default: throw new Error(`MessagePack type ${t}`);
    }
  };
  return next();
};
const frame = (message) => {
  const body = Buffer.from(encode(message));
  const head = [];
  let length = body.length;
  do { head.push((length & 127) | (length > 127 ? 128 : 0)); length >>= 7; } while (length > 0);
  return Buffer.concat([Buffer.from(head), body]);
};
const messages = function* (b) {
  for (let at = 0; at < b.length;) {
    let length = 0;
    for (let shift = 0; ; shift += 7) { const byte = b[at++]; length |= (byte & 127) << shift; if (byte < 128) break; }
    yield decode(b.subarray(at, (at += length)));
  }
};

const totals = { live: 0, drawings: 0, bytes: 0, calls: 0, failed: [] };

async function open() {
  const answer = await fetch(url, { headers: cookie ? { cookie } : {} });
  const html = await answer.text();
  const cookies = [cookie, ...answer.headers.getSetCookie().map((c) => c.split(";")[0])].filter(Boolean).join("; ");
  const markers = [...html.matchAll(/<!--Blazor:(\{"type":"server".*?\})-->/g)].map((m) => JSON.parse(m[1]));
  const state = html.match(/<!--Blazor-Server-Component-State:(.*?)-->/)?.[1] ?? "";
  const base = new URL("/", url).href;
  const negotiated = await (await fetch(new URL("/_blazor/negotiate?negotiateVersion=1", url), { method: "POST", headers: { cookie: cookies } })).json();
  const socket = new Socket(`${base.replace("http", "ws")}_blazor?id=${negotiated.connectionToken}`, { headers: { cookie: cookies } });
  socket.binaryType = "arraybuffer";
  const send = (target, ...args) => socket.send(frame([1, {}, null, target, args, []]));
  let shaken = false;
  socket.onopen = () => socket.send('{"protocol":"blazorpack","version":1}\x1e');
  socket.onclose = (e) => { totals.live -= shaken ? 1 : 0; if (!closing) totals.failed.push(`closed ${e.code} ${e.reason}`); };
  socket.onmessage = ({ data }) => {
    let b = Buffer.from(data);
    if (!shaken) {
      shaken = true;
      totals.live++;
      b = b.subarray(b.indexOf(0x1e) + 1);
      socket.send(frame([1, {}, "0", "StartCircuit", [base, url, "[]", state], []]));
    }
    totals.bytes += b.length;
    for (const [type, , id, target, args] of messages(b)) {
      if (type === 3 && id === "0") {
        send("UpdateRootComponents", JSON.stringify({ batchId: 1, operations: markers.map((marker, i) => ({ type: "add", ssrComponentId: i + 1, marker })) }), state);
      } else if (type === 1 && target === "JS.RenderBatch") {
        totals.drawings++;
        send("OnRenderCompleted", args[0], null);
      } else if (type === 1 && target === "JS.BeginInvokeJS") {
        totals.calls++;
        const [call, name, , result] = args;
        // A module that is imported is an object; everything else answers with nothing.
        if (call) send("EndInvokeJSFromDotNet", call, true, JSON.stringify([call, true, result === 1 || name === "import" ? { __jsObjectId: 1 } : null]));
      } else if (type === 1 && target === "JS.Error") {
        totals.failed.push(String(args[0]).slice(0, 200));
      }
    }
  };
  setInterval(() => socket.readyState === 1 && socket.send(frame([6])), 10000).unref();
  return socket;
}

let closing = false;
const sockets = [];
for (let i = 0; i < Number(count); i++) {
  sockets.push(await open());
}
console.log(JSON.stringify({ opened: sockets.length, ...totals, failed: totals.failed.length }));
const before = { ...totals };
await new Promise((resolve) => setTimeout(resolve, 1000 * Number(seconds)));
console.log(JSON.stringify({
  live: totals.live, drawingsEach: (totals.drawings - before.drawings) / Math.max(1, totals.live), callsEach: (totals.calls - before.calls) / Math.max(1, totals.live),
  bytesEachSecond: Math.round((totals.bytes - before.bytes) / Number(seconds) / Math.max(1, totals.live)), failed: totals.failed.slice(0, 3),
}));
closing = true;
sockets.forEach((socket) => socket.close());
setTimeout(() => process.exit(0), 300);
