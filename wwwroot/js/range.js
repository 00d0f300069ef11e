// Dragging over a histogram selects a range of activations; the form below it does the same without this file.
(() => {
  "use strict";

  // The drawing's own coordinates, as in StackedBars.
  const left = 44;
  const right = 414;
  const width = 420;
  const top = 12;
  const bottom = 184;

  const shareAt = (svg, event) => {
    const box = svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * width;
    return Math.min(1, Math.max(0, (x - left) / (right - left)));
  };

  const activationAt = (range, share) => {
    const low = Number(range.dataset.low);
    const high = Number(range.dataset.high);
    return "log" in range.dataset ? low * Math.pow(high / low, share) : low + (high - low) * share;
  };

  const shown = (value) => String(Number(value.toPrecision(3)));

  const go = (range, from, to) => {
    const address = new URL(location.href);
    const round = (value) => String(Number(value.toPrecision(4)));
    const parameters = address.searchParams;
    parameters.set("from", round(activationAt(range, from)));
    if (to < 1) {
      parameters.set("to", round(activationAt(range, to)));
    } else {
      // Up to the strongest, which rounding might leave out.
      parameters.delete("to");
    }
    if (!parameters.has("order")) {
      parameters.set("order", "activation");
    }
    parameters.delete("page");
    parameters.delete("token");
    // The bars and the examples of the range are parts of one card.
    address.hash = "histogram";
    location.assign(address);
  };

  const watch = (range, svg) => {
    let start = null;
    let mark = null;
    let values = null;

    const draw = (share) => {
      const [from, to] = [Math.min(start, share), Math.max(start, share)];
      mark.setAttribute("x", left + from * (right - left));
      mark.setAttribute("width", (to - from) * (right - left));
      values.setAttribute("x", Math.min(right - 45, Math.max(left + 45, left + (from + to) / 2 * (right - left))));
      values.textContent = `${shown(activationAt(range, from))} to ${shown(activationAt(range, to))}`;
    };

    const stop = () => {
      mark?.remove();
      values?.remove();
      mark = null;
      values = null;
      start = null;
    };

    svg.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) {
        return;
      }
      start = shareAt(svg, event);
      mark = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      mark.setAttribute("class", "selected");
      mark.setAttribute("y", top);
      mark.setAttribute("height", bottom - top);
      values = document.createElementNS("http://www.w3.org/2000/svg", "text");
      values.setAttribute("y", top - 2);
      values.setAttribute("text-anchor", "middle");
      svg.querySelectorAll(".selected, .selected + text").forEach((old) => old.remove());
      svg.append(mark, values);
      draw(start);
      svg.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    svg.addEventListener("pointermove", (event) => {
      if (start !== null) {
        draw(shareAt(svg, event));
      }
    });
    svg.addEventListener("pointercancel", stop);
    svg.addEventListener("pointerup", (event) => {
      if (start === null) {
        return;
      }
      const end = shareAt(svg, event);
      const [from, to] = [Math.min(start, end), Math.max(start, end)];
      stop();
      if (to - from > 0.01) {
        go(range, from, to);
      }
    });
  };

  for (const range of document.querySelectorAll("[data-range]")) {
    for (const svg of range.querySelectorAll("svg.chart")) {
      watch(range, svg);
    }
  }
})();
