// Fills in, when a reader first points at an example, which tokens the feature promotes and suppresses there. Without this file the page of effects tells it.
(() => {
  "use strict";

  const list = (verb, tokens) => tokens.length === 0
    ? ""
    : `\n${verb} ${tokens.map((t) => `“${t.token}” ${t.weight < 0 ? "−" : "+"}${Math.abs(t.weight).toFixed(2)}`).join(", ")}`;

  const fill = (place, effects) => {
    for (const example of effects.examples) {
      const tokens = new Map(example.tokens.map((t) => [String(t.at), t]));
      for (const shown of place.querySelectorAll(`[data-at="${example.position}"] [data-t]`)) {
        for (const change of shown.dataset.t.split(",").map((at) => tokens.get(at))) {
          shown.title += list("promotes", change.promoted) + list("suppresses", change.suppressed);
        }
      }
    }
  };

  for (const place of document.querySelectorAll("[data-effects]")) {
    place.addEventListener("pointerover", async () => {
      const answer = await fetch(place.dataset.effects);
      if (answer.ok) {
        fill(place, await answer.json());
      }
    }, { once: true });
  }
})();
