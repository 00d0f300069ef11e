// Charts drawn by plotly.js, which is loaded when the first chart needs it.
const library = document.getElementById("figures").dataset.plotly;
let loading;

/** plotly.js, with WebGL where the first chart needs it; a failed attempt is made again at the next chart. */
export function plotly(figure) {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = figure?.dataset.library ?? library;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      loading = undefined;
      script.remove();
      reject(new Error("The charts' script could not be loaded."));
    };
    document.head.append(script);
  });
  return loading;
}

/** Draws the chart whose JSON is at the figure's data-chart; a chart that is there already changes into it. */
export function draw(figure, page) {
  const drawing = drawNow(figure, page);
  drawings.set(figure, drawing.catch(() => {}));
  return drawing;
}

// What is being drawn, by figure: points that come meanwhile are added afterwards.
const drawings = new WeakMap();

async function drawNow(figure, page) {
  const address = figure.dataset.chart;
  const [Plotly, answer] = await Promise.all([plotly(figure), fetch(address)]);
  if (!answer.ok) {
    throw new Error(`The chart's data could not be loaded (status ${answer.status}).`);
  }
  const { data, layout, config } = await answer.json();
  if (figure.dataset.chart !== address) {
    return;
  }
  const place = figure.querySelector(".plot");
  const first = !place.classList.contains("js-plotly-plot");
  // The place needs its size before the chart is drawn into it.
  figure.classList.add("drawing");
  // What the reader has zoomed to, and the series that she hid, stay while the same chart changes.
  layout.uirevision = figure.id;
  const zoomed = figure.dataset.zoom;
  if (zoomed !== undefined) {
    // The page knows the part that is shown: it holds for the axes as they are now, whatever they were when the reader zoomed.
    for (const [axis, range] of ends(layout, zoomed)) {
      Object.assign(layout[axis], { uirevision: `${layout[axis].type} ${zoomed}` }, range ? { range, autorange: false } : {});
    }
    config.doubleClick = "autosize";
  }
  if (figure.dataset.crosshair) {
    layout.hoveranywhere = true;
  }
  const lasso = figure.dataset.area === undefined ? ["lasso2d"] : [];
  await Plotly.react(place, data, layout, { ...config, modeBarButtonsToRemove: ["toImage", ...lasso, zoomed === undefined ? "autoScale2d" : "resetScale2d"] });
  figure.classList.add("live");
  if (first) {
    tools(figure, place);
    listen(figure, place, page);
  }
}

/** Shows the part of the chart that the figure's data-zoom names. */
export async function zoom(figure) {
  await drawings.get(figure);
  const place = figure.querySelector(".js-plotly-plot");
  if (place) {
    const changes = ends(place.layout, figure.dataset.zoom ?? "").map(([axis, range]) => (range ? [`${axis}.range`, range] : [`${axis}.autorange`, true]));
    (await plotly()).relayout(place, Object.fromEntries(changes));
  }
}

// The ends of the axes from a text such as 100~500~0.2~0.4, as ranges of plotly.js, which has exponents of ten on logarithmic axes; null for an axis that shows everything.
function ends(layout, text) {
  const [left, right, low, high] = text.split("~").map((end) => (end ? Number(end) : undefined));
  return [["xaxis", left, right], ["yaxis", low, high]].map(([axis, from, to]) => {
    const range = layout[axis].type === "log" ? [Math.log10(from), Math.log10(to)] : [from, to];
    return [axis, range.every(Number.isFinite) ? range : null];
  });
}

/** Adds points to series, but for those that are there already. */
export async function append(figure, traces, x, y) {
  await drawings.get(figure);
  const place = figure.querySelector(".js-plotly-plot");
  if (!place) {
    return;
  }
  const added = { traces: [], x: [], y: [] };
  traces.forEach((trace, i) => {
    const last = place.data[trace]?.x?.at(-1) ?? -Infinity;
    const from = x[i].findIndex((value) => value > last);
    if (place.data[trace] && from >= 0) {
      added.traces.push(trace);
      added.x.push(x[i].slice(from));
      added.y.push(y[i].slice(from));
    }
  });
  if (added.traces.length > 0) {
    (await plotly()).extendTraces(place, { x: added.x, y: added.y }, added.traces);
  }
}

/** Adds points to several charts: JSON of [{ figure, traces, x, y }], the names of the figures without their prefix. */
export async function appendAll(prefix, json) {
  for (const { figure, traces, x, y } of JSON.parse(json)) {
    const element = document.getElementById(prefix + figure);
    if (element) {
      await append(element, traces, x, y);
    }
  }
}

/** Draws all charts of a name again. */
export async function drawAll(crosshair) {
  for (const figure of document.querySelectorAll(`figure[data-crosshair="${CSS.escape(crosshair)}"].live`)) {
    await draw(figure);
  }
}

/** Saves the chart as a picture: "png" or "svg". The ground is the page's, so that light text stays readable. */
export async function save(figure, format) {
  const Plotly = await plotly();
  const place = figure.querySelector(".js-plotly-plot");
  const style = getComputedStyle(document.documentElement);
  const ink = style.getPropertyValue("--mud-palette-text-primary").trim();
  const picture = {
    data: place.data,
    layout: { ...place.layout, paper_bgcolor: style.getPropertyValue("--mud-palette-surface").trim(), font: { color: ink } },
  };
  await Plotly.downloadImage(picture, { format, width: 1200, height: 600, filename: figure.id });
}

/** Saves the points as text: one row for each point of each series. */
export function saveText(figure) {
  const place = figure.querySelector(".js-plotly-plot");
  const cell = (value) => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));
  const rows = [["series", title(place.layout.xaxis, "x"), title(place.layout.yaxis, "y")]];
  for (const trace of place.data) {
    trace.x.forEach((x, i) => rows.push([trace.name ?? "", x, trace.y[i]]));
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([rows.map((row) => row.map(cell).join(",")).join("\n") + "\n"], { type: "text/csv" }));
  link.download = `${figure.id}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

/** Frees what a chart holds. */
export async function remove(figure) {
  const place = figure?.querySelector?.(".js-plotly-plot");
  if (place) {
    (await plotly()).purge(place);
  }
}

/** Writes the page's state into its address, without loading anything. */
export function address(url) {
  history.replaceState(history.state, "", url);
}

const title = (axis, otherwise) => axis?.title?.text ?? otherwise;

function tools(figure, place) {
  const row = figure.querySelector(".plot-tools");
  if (!row || row.childElementCount > 0) {
    return;
  }
  const button = (label, name, action) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "plain-button";
    made.textContent = label;
    made.setAttribute("aria-label", name);
    made.addEventListener("click", () => Promise.resolve(action()).catch(console.error));
    row.append(made);
  };
  // A PNG needs a picture at a blob: address on its way, which only pages with a connection allow.
  if (document.body.classList.contains("studio")) {
    button("PNG", `Save ${figure.id} as PNG`, () => save(figure, "png"));
  }
  button("SVG", `Save ${figure.id} as SVG`, () => save(figure, "svg"));
  button("CSV", `Save ${figure.id} as CSV`, () => saveText(figure));
}

// A name beside a point is left out where it would lie on another one: hovering shows it.
function thinNames(place) {
  const kept = [];
  for (const name of place.querySelectorAll(".textpoint text")) {
    name.removeAttribute("visibility");
    const box = name.getBoundingClientRect();
    if (kept.some((other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom)) {
      name.setAttribute("visibility", "hidden");
    } else {
      kept.push(box);
    }
  }
}

function listen(figure, place, page) {
  thinNames(place);
  place.on("plotly_afterplot", () => thinNames(place));
  if (page) {
    // A message holds a few hundred corners of a line.
    const area = (x, y) => {
      const [left, low] = [x, y].map((ends) => ends?.filter((_, i) => i % Math.ceil(ends.length / 256) === 0) ?? null);
      page.invokeMethodAsync("Area", left, low);
    };
    place.on("plotly_selected", (event) => {
      if (figure.dataset.area !== undefined) {
        if (event?.lassoPoints) {
          area(event.lassoPoints.x, event.lassoPoints.y);
        } else if (event?.range) {
          const [[left, right], [low, high]] = [event.range.x, event.range.y];
          area([left, right, right, left], [low, low, high, high]);
        }
        return;
      }
      const [from, to] = event?.range?.x ?? event?.selections?.[0]?.x ?? [null, null];
      page.invokeMethodAsync("Range", from === null ? null : Math.min(from, to), to === null ? null : Math.max(from, to));
    });
    place.on("plotly_restyle", ([change]) => {
      if ("visible" in change) {
        const names = (hidden) => [...new Set(place.data.filter((trace) => trace.name && (trace.visible === "legendonly") === hidden).map((trace) => trace.name))];
        page.invokeMethodAsync("Series", names(true), names(false));
      }
    });
    place.on("plotly_relayout", (change) => {
      if (figure.dataset.zoom !== undefined && Object.keys(change).some((key) => /^[xy]axis\.(auto)?range/.test(key))) {
        const { xaxis, yaxis } = place._fullLayout;
        const [x, y] = [xaxis, yaxis].map((axis) => (axis.autorange ? [null, null] : axis.range.map((end) => (axis.type === "log" ? 10 ** end : end))));
        page.invokeMethodAsync("Zoomed", ...x, ...y);
      }
    });
    place.on("plotly_deselect", () => (figure.dataset.area === undefined ? page.invokeMethodAsync("Range", null, null) : area(null, null)));
  }
  place.on("plotly_click", (event) => {
    const point = event.points[0];
    // A point may carry the address of its page.
    if (typeof point.customdata === "string" && point.customdata.startsWith("/")) {
      location.assign(point.customdata);
    } else {
      page?.invokeMethodAsync("Point", point.curveNumber, point.pointNumber);
    }
  });
  const name = figure.dataset.crosshair;
  if (name) {
    crosshair(name, place);
  }
}

// One crosshair over all charts of a name: where the pointer is in one, the others have their line at the same x, and show the values nearest to it.
let moving = false;
function crosshair(name, place) {
  const others = (act) => {
    if (!moving) {
      moving = true;
      try {
        [...document.querySelectorAll(`figure[data-crosshair="${CSS.escape(name)}"] .js-plotly-plot`)].filter((other) => other !== place).forEach(act);
      } finally {
        moving = false;
      }
    }
  };
  const leave = (other) => window.Plotly.Fx.unhover(other);
  place.on("plotly_hover", ({ xvals }) => {
    if (!xvals) {
      return;
    }
    others((other) => {
      const axis = other._fullLayout?.xaxis;
      const xpx = axis?.c2p(xvals[0]);
      if (xpx >= 0 && xpx <= axis._length) {
        window.Plotly.Fx.hover(other, { xpx }, "xy");
      } else if (axis) {
        leave(other);
      }
    });
  });
  place.on("plotly_unhover", () => others(leave));
}
