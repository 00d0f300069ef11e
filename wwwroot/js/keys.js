// Shortcuts for readers who browse many features. Every page works without this file.
(() => {
  "use strict";

  const typing = (target) => target.closest("input, select, textarea, [contenteditable]") !== null;

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) {
      return;
    }
    if (event.key === "/") {
      const search = document.querySelector("[data-search]");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    } else if (event.key === "j" || event.key === "k") {
      const rel = event.key === "j" ? "next" : "prev";
      const link = document.querySelector(`a[rel="${rel}"]`);
      if (link) {
        link.click();
      }
    }
  });

  // A choice shows at once; the button beside it is for browsers without script.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) {
      event.target.form.requestSubmit();
    }
  });
})();
