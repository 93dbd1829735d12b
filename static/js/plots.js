// Draws every [data-plot] from the JSON script it names. Colours arrive as "token:accent" or "token:accent/0.4" and are
// resolved against the theme in force; a new theme or new figures redraw in place.
const CONFIG = {
  displaylogo: false,
  displayModeBar: "hover",
  responsive: true,
  modeBarButtons: [["zoom2d", "resetScale2d", "toImage"]],
};
const drawn = new WeakMap();

function tokenReader(onPaper) {
  const probe = document.createElement("span");
  probe.hidden = true;
  if (onPaper) probe.style.colorScheme = "light";
  document.body.append(probe);
  const read = (name, alpha) => {
    probe.style.color = `var(--${name})`;
    const [r, g, b] = getComputedStyle(probe).color.match(/[\d.]+/g);
    return `rgba(${r}, ${g}, ${b}, ${alpha ?? 1})`;
  };
  return { read, close: () => probe.remove() };
}

function resolved(value, read) {
  if (typeof value === "string" && value.startsWith("token:")) return read(...value.slice(6).split("/"));
  if (Array.isArray(value)) return value.map((item) => resolved(item, read));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item, read)]));
  }
  return value;
}

function draw(canvas, { force = false, onPaper = false }) {
  const source = document.getElementById(canvas.dataset.plot);
  // Where there is nothing to draw, the page says so in words and hides the canvas.
  if (!source || source.closest("[data-empty]") || (!force && drawn.get(canvas) === source.textContent)) return;
  const tokens = tokenReader(onPaper);
  const figure = resolved(JSON.parse(source.textContent), tokens.read);
  tokens.close();
  figure.layout.font.family = getComputedStyle(document.body).fontFamily;
  const name = canvas.dataset.plot.replace(/-figure$/, "");
  globalThis.Plotly.react(canvas, figure.data, figure.layout, {
    ...CONFIG,
    toImageButtonOptions: { filename: name, scale: 2 },
  });
  drawn.set(canvas, source.textContent);
}

const drawAll = (how) => document.querySelectorAll("[data-plot]").forEach((canvas) => draw(canvas, how));
const redraw = () => drawAll({ force: true });

redraw();
document.addEventListener("themechange", redraw);
document.addEventListener("htmx:afterSettle", () => drawAll({}));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
globalThis.addEventListener("beforeprint", () => drawAll({ force: true, onPaper: true }));
globalThis.addEventListener("afterprint", redraw);
