// Charts drawn by plotly.js, which is loaded when the first chart needs it.
const library = document.getElementById("figures").dataset.plotly;
let loading;

/** plotly.js; a failed attempt is made again at the next chart. */
export function plotly() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = library;
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
  const [Plotly, answer] = await Promise.all([plotly(), fetch(address)]);
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
  await Plotly.react(place, data, layout, { ...config, modeBarButtonsToRemove: ["toImage", "lasso2d", "autoScale2d"] });
  figure.classList.add("live");
  if (first) {
    tools(figure, place);
    listen(figure, place, page);
  }
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

function listen(figure, place, page) {
  if (page) {
    place.on("plotly_selected", (event) => {
      const [from, to] = event?.range?.x ?? event?.selections?.[0]?.x ?? [null, null];
      page.invokeMethodAsync("Range", from === null ? null : Math.min(from, to), to === null ? null : Math.max(from, to));
    });
    place.on("plotly_restyle", ([change]) => {
      if ("visible" in change) {
        const names = (hidden) => [...new Set(place.data.filter((trace) => trace.name && (trace.visible === "legendonly") === hidden).map((trace) => trace.name))];
        page.invokeMethodAsync("Series", names(true), names(false));
      }
    });
    place.on("plotly_deselect", () => page.invokeMethodAsync("Range", null, null));
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

// One crosshair over all charts of a name: where the pointer is in one, the others show their values at the same x.
let moving = false;
function crosshair(name, place) {
  const others = () => [...document.querySelectorAll(`figure[data-crosshair="${CSS.escape(name)}"] .js-plotly-plot`)].filter((other) => other !== place);
  place.on("plotly_hover", (event) => {
    if (moving || !event.xvals) {
      return;
    }
    moving = true;
    try {
      for (const other of others()) {
        const [from, to] = other._fullLayout?.xaxis?.range ?? [1, 0];
        if (event.xvals[0] >= Math.min(from, to) && event.xvals[0] <= Math.max(from, to)) {
          window.Plotly.Fx.hover(other, { xval: event.xvals[0] }, "xy");
        }
      }
    } finally {
      moving = false;
    }
  });
  place.on("plotly_unhover", () => {
    if (!moving) {
      moving = true;
      try {
        others().forEach((other) => window.Plotly.Fx.unhover(other));
      } finally {
        moving = false;
      }
    }
  });
}
