// What the explorers share. A browser loads an anywidget as one module, so Python puts this file in
// front of an explorer's own file. Plain JavaScript: no build step, no dependency, no request.

// Okabe and Ito's palette as in aecourse.plots.style; on a dark page its dark colours are lifted.
const PALETTE = {
  light: ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000",
          "#56B4E9", "#E69F00", "#8C8C8C", "#7A5195", "#B8AC00"],
  dark: ["#4AA8E0", "#FF8A3C", "#2CC79B", "#E59CC4", "#FFFFFF",
         "#9AD6F7", "#FFC04D", "#ABABAB", "#B58FD0", "#F0E442"],
};

// ---- building the page ------------------------------------------------------------------------

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in node && typeof value !== "string") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

let lastIdentity = 0;
function identity(prefix) {
  lastIdentity += 1;
  return `aecourse-${prefix}-${lastIdentity}-${Math.random().toString(36).slice(2, 7)}`;
}

// The explorer itself. JupyterLab would take the arrow keys for its own; the attribute forbids it.
function panel(heading, ...children) {
  return element("section", {
    class: "aecourse-explorer", "aria-label": heading, "data-lm-suppress-shortcuts": "true",
  }, ...children);
}

// A labelled slider. With `log` its track is logarithmic; values going in and out are not.
function slider({ label, low, high, steps = 200, log = false, text, onInput }) {
  const into = log ? Math.log10 : (value) => value;
  const from = log ? (place) => 10 ** place : (place) => place;
  const id = identity("slider");
  const input = element("input", {
    id, type: "range", min: String(into(low)), max: String(into(high)),
    step: String((into(high) - into(low)) / steps),
  });
  const output = element("output", { for: id });
  input.addEventListener("input", () => onInput(from(Number(input.value))));
  return {
    row: element("div", { class: "ae-control" }, element("label", { for: id }, label), input, output),
    input,
    show(value) {
      input.value = String(into(value));
      output.textContent = text(value);
      input.setAttribute("aria-valuetext", text(value));
    },
  };
}

function choice({ label, options, onChange }) {
  const id = identity("choice");
  const select = element("select", { id },
    ...options.map(([value, name]) => element("option", { value: String(value) }, name)));
  select.addEventListener("change", () => onChange(select.value));
  return {
    row: element("div", { class: "ae-control" }, element("label", { for: id }, label), select),
    show(value) { select.value = String(value); },
  };
}

function tick({ label, onChange }) {
  const input = element("input", { type: "checkbox" });
  input.addEventListener("change", () => onChange(input.checked));
  return {
    row: element("label", { class: "ae-tick" }, input, element("span", {}, label)),
    show(value) { input.checked = value; },
  };
}

function button(label, onClick) {
  const node = element("button", { type: "button", class: "ae-button" }, label);
  node.addEventListener("click", onClick);
  return node;
}

// A canvas that takes the focus, the arrow keys and the pointer.
//   onArrow(dx, dy, big)   one press: dx and dy are -1, 0 or 1, up is positive; Shift makes big true
//   onPoint(x, y)          a press or a drag, in CSS pixels from the top left corner
function pad({ label, description, role = "application", onArrow, onPoint }) {
  const canvas = element("canvas", {
    class: "ae-canvas ae-pad", tabindex: "0", role, "aria-label": label,
  });
  if (role === "application") canvas.setAttribute("aria-roledescription", "plane");
  if (description) canvas.setAttribute("aria-describedby", description.id);
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  canvas.addEventListener("keydown", (event) => {
    const arrow = arrows[event.key];
    if (!arrow || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault(); // The page would scroll.
    onArrow(arrow[0], arrow[1], event.shiftKey);
  });
  const point = (event) => {
    const box = canvas.getBoundingClientRect();
    onPoint(event.clientX - box.left, event.clientY - box.top);
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    point(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (canvas.hasPointerCapture(event.pointerId)) point(event);
  });
  return canvas;
}

// The marks of the classes with their names: a list, and a function that draws the marks.
function classLegend(classes, label) {
  const keys = classes.map(() => element("canvas", { "aria-hidden": "true" }));
  const items = classes.map((name, c) => element("li", {}, keys[c], name));
  return {
    node: element("ul", { class: "ae-legend", "aria-label": label }, ...items),
    draw(ink) {
      keys.forEach((key, c) => paint(key, (context) => {
        context.fillStyle = ink.palette[c % ink.palette.length];
        drawMark(context, c, 6, 6, 4);
      }));
    },
  };
}

// Text that screen readers speak. It waits for a pause, so that a drag does not flood the listener.
function speaker() {
  const node = element("p", { class: "ae-spoken", role: "status", "aria-live": "polite" });
  let timer = 0;
  return {
    node,
    say(text) {
      clearTimeout(timer);
      timer = setTimeout(() => { if (node.textContent !== text) node.textContent = text; }, 350);
    },
    stop() { clearTimeout(timer); },
  };
}

// ---- drawing ----------------------------------------------------------------------------------

// The inks of the page's light or dark theme, from the style sheet.
function inks(root) {
  const style = getComputedStyle(root);
  const read = (name) => style.getPropertyValue(`--ae-${name}`).trim();
  return {
    paper: read("paper"), ink: read("ink"), muted: read("muted"), grid: read("grid"),
    first: read("first"), second: read("second"),
    palette: read("theme") === "dark" ? PALETTE.dark : PALETTE.light,
  };
}

// Call `draw(context, width, height)` in CSS pixels, sharp on dense screens.
function paint(canvas, draw) {
  const width = canvas.clientWidth;
  const height = canvas.clientHeight;
  if (!width || !height) return;
  const density = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * density);
  canvas.height = Math.round(height * density);
  const context = canvas.getContext("2d");
  context.setTransform(density, 0, 0, density, 0, 0);
  context.font = '12px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';
  context.lineJoin = "round";
  draw(context, width, height);
}

// Redraw when the size or the theme of the page changes; returns a function that stops it.
function watch(root, redraw) {
  let waiting = 0;
  const soon = () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(redraw);
  };
  const sizes = new ResizeObserver(soon);
  sizes.observe(root);
  const themes = new MutationObserver(soon);
  const attributes = { attributes: true, attributeFilter: ["data-theme", "data-jp-theme-light"] };
  themes.observe(document.documentElement, attributes);
  themes.observe(document.body, attributes);
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", soon);
  return () => {
    cancelAnimationFrame(waiting);
    sizes.disconnect();
    themes.disconnect();
    system.removeEventListener("change", soon);
  };
}

// Draw now, and again whenever one of the named values of the model, the size or the theme changes.
// Returns the function that ends it, and whatever else is to end with it.
function live(model, root, names, redraw, ...others) {
  const events = names.map((name) => `change:${name}`);
  for (const event of events) model.on(event, redraw);
  const unwatch = watch(root, redraw);
  redraw();
  return () => {
    for (const event of events) model.off(event, redraw);
    for (const end of [unwatch, ...others]) end();
  };
}

// Round numbers between low and high, about `count` of them.
function ticks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((multiple) => multiple * power >= rough);
  const found = [];
  for (let i = Math.ceil(low / step); i * step <= high + 1e-9 * step; i += 1) found.push(i * step);
  return found;
}

// Powers of ten between low and high, thinned to about `count`.
function logTicks(low, high, count) {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const every = Math.max(1, Math.ceil((last - first + 1) / count));
  const found = [];
  for (let power = first; power <= last; power += every) found.push(10 ** power);
  return found;
}

// Draw grid, ticks and axis labels; returns the maps between data and pixels. `xTicks` are values to
// mark instead of round numbers; those too close to the one before go without.
function chart(context, options) {
  const { width, height, x, y, xLabel, yLabel, logX = false, logY = false, xTicks, ink } = options;
  const { left, top, right, bottom } = options.margin ?? { left: 46, top: 10, right: 10, bottom: 38 };
  const box = { left, top, right: width - right, bottom: height - bottom };
  const along = logX ? Math.log10 : (value) => value;
  const up = logY ? Math.log10 : (value) => value;
  const map = {
    box,
    toX: (value) => box.left + ((along(value) - along(x[0])) / (along(x[1]) - along(x[0]))) * (box.right - box.left),
    toY: (value) => box.bottom - ((up(value) - up(y[0])) / (up(y[1]) - up(y[0]))) * (box.bottom - box.top),
    fromX: (pixel) => x[0] + ((pixel - box.left) / (box.right - box.left)) * (x[1] - x[0]),
    fromY: (pixel) => y[0] + ((box.bottom - pixel) / (box.bottom - box.top)) * (y[1] - y[0]),
  };
  context.strokeStyle = ink.grid;
  context.fillStyle = ink.muted;
  context.lineWidth = 1;
  context.textAlign = "center";
  context.textBaseline = "top";
  let free = -Infinity; // where the last tick's text ends
  for (const value of xTicks ?? ticks(x[0], x[1], (box.right - box.left) / 62)) {
    stroke(context, [[map.toX(value), box.top], [map.toX(value), box.bottom]]);
    const half = context.measureText(short(value)).width / 2;
    if (map.toX(value) - half < free) continue;
    context.fillText(short(value), map.toX(value), box.bottom + 5);
    free = map.toX(value) + half + 4;
  }
  context.textAlign = "right";
  context.textBaseline = "middle";
  const yTicks = logY ? logTicks(y[0], y[1], 6) : ticks(y[0], y[1], Math.max(4, (box.bottom - box.top) / 42));
  for (const value of yTicks) {
    stroke(context, [[box.left, map.toY(value)], [box.right, map.toY(value)]]);
    context.fillText(short(value), box.left - 5, map.toY(value));
  }
  context.fillStyle = ink.ink;
  context.textAlign = "center";
  context.textBaseline = "bottom";
  context.fillText(xLabel, (box.left + box.right) / 2, height - 3);
  context.save();
  context.translate(3, (box.top + box.bottom) / 2);
  context.rotate(-Math.PI / 2);
  context.textBaseline = "top";
  context.fillText(yLabel, 0, 0);
  context.restore();
  return map;
}

function clipTo(context, box) {
  context.beginPath();
  context.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  context.clip();
}

function stroke(context, points) {
  context.beginPath();
  points.forEach(([x, y], index) => (index ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
}

function fill(context, points) {
  context.beginPath();
  points.forEach(([x, y], index) => (index ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.fill();
}

// One dot of a class: ten shapes for ten classes, as in aecourse.plots.style.
function drawMark(context, shape, x, y, r) {
  const polygon = (corners) => {
    corners.forEach(([dx, dy], i) => (i ? context.lineTo(x + r * dx, y + r * dy)
                                        : context.moveTo(x + r * dx, y + r * dy)));
    context.closePath();
  };
  context.beginPath();
  switch (shape % 10) {
    case 0: context.arc(x, y, r, 0, 2 * Math.PI); break;
    case 1: context.rect(x - 0.85 * r, y - 0.85 * r, 1.7 * r, 1.7 * r); break;
    case 2: polygon([[0, -1.1], [1, 0.8], [-1, 0.8]]); break;
    case 3: polygon([[0, -1.2], [1, 0], [0, 1.2], [-1, 0]]); break;
    case 4: polygon([[0, 1.1], [1, -0.8], [-1, -0.8]]); break;
    case 5: context.rect(x - r, y - 0.35 * r, 2 * r, 0.7 * r);
            context.rect(x - 0.35 * r, y - r, 0.7 * r, 2 * r); break;
    case 6: polygon([[-1, -0.6], [-0.6, -1], [0, -0.4], [0.6, -1], [1, -0.6], [0.4, 0],
                     [1, 0.6], [0.6, 1], [0, 0.4], [-0.6, 1], [-1, 0.6], [-0.4, 0]]); break;
    case 7: polygon([[-1.1, 0], [0.8, -1], [0.8, 1]]); break;
    case 8: polygon([[1.1, 0], [-0.8, -1], [-0.8, 1]]); break;
    default: polygon(Array.from({ length: 10 }, (_, i) => {
      const reach = i % 2 ? 0.5 : 1.2;
      return [reach * Math.sin((i * Math.PI) / 5), -reach * Math.cos((i * Math.PI) / 5)];
    }));
  }
  context.fill();
}

// ---- numbers ----------------------------------------------------------------------------------

// Numbers from the bytes Python sent: little-endian float32 or float16.
function floats(view, precision) {
  const size = precision === "float16" ? 2 : 4;
  const numbers = new Float32Array(view.byteLength / size);
  for (let i = 0; i < numbers.length; i += 1) {
    numbers[i] = size === 2 ? half(view.getUint16(2 * i, true)) : view.getFloat32(4 * i, true);
  }
  return numbers;
}

// IEEE 754 half precision: 1 bit sign, 5 bits exponent, 10 bits fraction.
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}

// Three significant digits with a true minus sign; powers of ten where they are shorter.
function short(value) {
  if (!Number.isFinite(value)) return value > 0 ? "∞" : value < 0 ? "−∞" : "undefined";
  const size = Math.abs(value);
  if (size < 1e-12) return "0";
  if (size >= 1e5 || size < 1e-3) {
    const [lead, power] = size.toExponential(1).split("e").map(Number);
    const raised = String(power).replace(/[-0-9]/g, (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]);
    return `${value < 0 ? "−" : ""}${lead === 1 ? "" : `${lead} · `}10${raised}`;
  }
  return String(Number(value.toPrecision(3))).replace("-", "−");
}
