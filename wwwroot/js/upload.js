// Sends the files of a form and tells its page how far it is. Without this file the browser sends the form by itself.
const sending = new WeakMap();
const held = new WeakMap();
const mostTold = 1001;
const toldAtOnce = 50;

/** Takes over a form: its files are chosen, or dropped on what has data-drop. The page is told of the chosen files, of progress, of problems, and of the end. */
export function attach(form, page) {
  for (const input of form.querySelectorAll("input[type=file]")) {
    const chosen = () => hold(form, page, [...input.files].map((file) => ({ path: file.webkitRelativePath || file.name, file })));
    input.addEventListener("change", chosen);
    // What was chosen before the connection was there.
    if (input.files.length > 0) {
      chosen();
    }
  }
  const drop = form.querySelector("[data-drop]");
  drop?.addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  drop?.addEventListener("dragleave", () => drop.classList.remove("over"));
  drop?.addEventListener("drop", async (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    try {
      hold(form, page, await dropped(event.dataTransfer));
    } catch (failure) {
      page.invokeMethodAsync("Ended", `The files cannot be read: ${failure.message}`);
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!sending.has(form)) {
      send(form, page);
    }
  });
}

/** Breaks off; the server keeps nothing. */
export function cancel(form) {
  sending.get(form)?.abort();
}

// A message to the page is short: long lists are told in pieces.
function hold(form, page, files) {
  const kinds = (form.dataset.leaves ?? "").split(" ").filter((kind) => kind !== "");
  for (const entry of files) {
    const path = entry.path.toLowerCase();
    entry.left = form.dataset.leaves !== undefined && (path.split("/").some((part) => part.startsWith(".")) || kinds.some((kind) => path.endsWith(kind)));
  }
  held.set(form, files);
  const told = files.slice(0, mostTold);
  for (let from = 0; from === 0 || from < told.length; from += toldAtOnce) {
    page.invokeMethodAsync("Chosen", told.slice(from, from + toldAtOnce).map(({ path, file, left }) => ({ name: path.length > 250 ? `${path.slice(0, 249)}…` : path, length: file.size, left })), from);
  }
}

// Entries are asked for before anything is waited for: after that, they are gone.
async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry);
  const files = [];
  for (const entry of entries) {
    await walk(entry, "", files);
  }
  return files;
}

async function walk(entry, above, files) {
  const path = above + entry.name;
  if (entry.isFile) {
    files.push({ path, file: await new Promise((resolve, reject) => entry.file(resolve, reject)) });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) {
      return;
    }
    for (const below of some) {
      await walk(below, `${path}/`, files);
    }
  }
}

// Fields first: the server stores files as they come, and must know by then what they are.
function content(form) {
  const data = new FormData();
  for (const [name, value] of new FormData(form)) {
    if (!(value instanceof File)) {
      data.append(name, value);
    }
  }
  for (const { path, file, left } of held.get(form) ?? []) {
    if (!left) {
      data.append("file", file, path);
    }
  }
  return data;
}

function send(form, page) {
  const request = new XMLHttpRequest();
  sending.set(form, request);
  const end = (problem) => {
    sending.delete(form);
    page.invokeMethodAsync("Ended", problem);
  };
  let told = 0;
  request.upload.addEventListener("progress", (event) => {
    const now = performance.now();
    if (now - told > 200 || event.loaded === event.total) {
      told = now;
      page.invokeMethodAsync("Progress", event.loaded, event.total);
    }
  });
  request.addEventListener("load", () => {
    const answer = read(request);
    if (request.status === 200 && answer?.address?.startsWith("/")) {
      location.assign(answer.address);
    } else if (request.status === 200 && answer?.stored) {
      sending.delete(form);
      held.delete(form);
      form.reset();
      page.invokeMethodAsync("Stored", answer.stored, answer.note ?? null);
    } else {
      end(problem(form, request, answer));
    }
  });
  request.addEventListener("error", () => end("The connection broke off, and nothing was kept. Try again; if it happens again, the files may be larger than the server or a proxy takes."));
  request.addEventListener("abort", () => end(null));
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.setRequestHeader("RequestVerificationToken", form.querySelector("[name=__RequestVerificationToken]").value);
  request.send(content(form));
}

function read(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return null;
  }
}

function problem(form, request, answer) {
  if (request.status === 401) {
    return "Your session has ended: sign in again.";
  }
  if (answer?.detail) {
    return answer.detail;
  }
  return (
    {
      400: "The page is out of date: load it again, and send the files once more.",
      403: "Your account's role does not allow this. An administrator can change it.",
      413: `The files are larger than the server takes; the setting ${form.dataset.setting ?? "Fetch:MaxMegabytes"} allows more.`,
      507: "The server's disk has no room for the files, and nothing was kept.",
    }[request.status] ?? `The server could not take the files (status ${request.status}). Try again.`
  );
}
