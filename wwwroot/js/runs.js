// Keeps a monitor and the list of runs up to date. Without this file the pages reload themselves every few seconds.
(() => {
  "use strict";

  // Puts the parts of this page that are marked as live in the place of the old ones.
  const refresh = async () => {
    const answer = await fetch(location.href, { headers: { "X-Requested-With": "fetch" } });
    if (!answer.ok) {
      return;
    }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const old of document.querySelectorAll("[data-live]")) {
      const name = old.dataset.live;
      const fresh = page.querySelector(`[data-live="${name}"]`);
      if (fresh && fresh.innerHTML !== old.innerHTML && !old.contains(document.activeElement)) {
        old.replaceWith(document.adoptNode(fresh));
      }
    }
  };

  const watch = (live) => {
    let status = live.dataset.status;
    let lines = "";
    const source = new EventSource(live.dataset.stream);
    source.addEventListener("run", (event) => {
      const update = JSON.parse(event.data);
      const fresh = new DOMParser().parseFromString(update.html, "text/html");
      live.replaceChildren(...fresh.body.childNodes);
      // Buttons and finished parts change seldom: only with the state, or when the log tells of something new.
      const told = live.querySelector(".log li")?.textContent ?? "";
      if (update.status !== status || told !== lines) {
        status = update.status;
        lines = told;
        refresh();
      }
    });
    source.addEventListener("end", () => {
      source.close();
      refresh();
    });
  };

  const live = document.querySelector("#live[data-stream]");
  if (live) {
    watch(live);
  }

  const list = document.querySelector("[data-every]");
  if (list) {
    setInterval(() => {
      if (!document.hidden) {
        refresh();
      }
    }, 1000 * Number(list.dataset.every));
  }
})();
