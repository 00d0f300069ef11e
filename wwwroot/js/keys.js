// Shortcuts for readers who browse many features. Every page works without this file.
(() => {
  "use strict";

  // Whoever pages quickly presses the next key while the page is still coming: it waits for the part of the page that it needs.
  const whenThere = (act) => (document.readyState === "loading" ? document.addEventListener("DOMContentLoaded", act, { once: true }) : act());

  const typing = (target) => target.closest("input, select, textarea, [contenteditable]") !== null;

  // Each with what it needs on the page.
  const keys = [
    ["j", "next", 'a[rel="next"]'],
    ["k", "previous", 'a[rel="prev"]'],
    ["l", "write a label", "[data-label]"],
    ["/", "search", "[data-search], [data-search-all]"],
    ["?", "this help", "body"],
    ["Esc", "close", "body"],
  ];

  const help = () => {
    let dialog = document.querySelector("dialog.keys");
    if (!dialog) {
      dialog = document.createElement("dialog");
      dialog.className = "keys card";
      dialog.setAttribute("aria-labelledby", "keys-title");
      const title = document.createElement("h2");
      title.id = "keys-title";
      title.textContent = "Keys";
      const list = document.createElement("dl");
      for (const [key, meaning] of keys.filter(([, , needed]) => document.querySelector(needed))) {
        const term = document.createElement("dt");
        const cap = document.createElement("kbd");
        cap.textContent = key;
        term.append(cap);
        const definition = document.createElement("dd");
        definition.textContent = meaning;
        list.append(term, definition);
      }
      const form = document.createElement("form");
      form.method = "dialog";
      const close = document.createElement("button");
      close.className = "button small";
      close.textContent = "Close";
      form.append(close);
      dialog.append(title, list, form);
      document.body.append(dialog);
    }
    if (!dialog.open) {
      dialog.showModal();
    }
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) {
      return;
    }
    if (event.key === "/") {
      // A page's own search comes before the one over everything.
      const search = document.querySelector("[data-search]") ?? document.querySelector("[data-search-all]");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    } else if (event.key === "?") {
      event.preventDefault();
      whenThere(help);
    } else if (event.key === "l") {
      const label = document.querySelector("[data-label]");
      if (label) {
        event.preventDefault();
        label.open = true;
        label.querySelector("input[name=text]").focus();
      }
    } else if (event.key === "j" || event.key === "k") {
      const rel = event.key === "j" ? "next" : "prev";
      whenThere(() => document.querySelector(`a[rel="${rel}"]`)?.click());
    }
  });

  // A choice shows at once; the button beside it is for browsers without script.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) {
      event.target.form.requestSubmit();
    }
  });
})();
