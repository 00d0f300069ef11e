// Sends the files of a form and tells its page how far it is. Without this file the browser sends the form by itself.
const sending = new WeakMap();

/** Takes over a form. The page is told of the chosen files, of progress, of problems, and of the end. */
export function attach(form, page) {
  const files = form.querySelector("input[type=file]");
  const chosen = () => page.invokeMethodAsync("Chosen", [...files.files].slice(0, 201).map((file) => ({ name: file.name.slice(0, 100), length: file.size })));
  files.addEventListener("change", chosen);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!sending.has(form)) {
      send(form, page);
    }
  });
  // What was chosen before the connection was there.
  if (files.files.length > 0) {
    chosen();
  }
}

/** Breaks off; the server keeps nothing. */
export function cancel(form) {
  sending.get(form)?.abort();
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
    } else {
      end(problem(request, answer));
    }
  });
  request.addEventListener("error", () => end("The connection broke off, and nothing was kept. Try again; if it happens again, the files may be larger than the server or a proxy takes."));
  request.addEventListener("abort", () => end(null));
  request.open("POST", form.action);
  request.setRequestHeader("Accept", "application/json");
  request.send(new FormData(form));
}

function read(request) {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return null;
  }
}

function problem(request, answer) {
  if (answer?.detail) {
    return answer.detail;
  }
  if (new URL(request.responseURL || location.href).pathname === "/login" || request.status === 401) {
    return "Your session has ended: sign in again.";
  }
  return (
    {
      400: "The page is out of date: load it again, and send the files once more.",
      403: "Your account's role does not allow this. An administrator can change it.",
      413: "The files are larger than the server takes; the setting Fetch:MaxMegabytes allows more.",
    }[request.status] ?? `The server could not take the files (status ${request.status}). Try again.`
  );
}
