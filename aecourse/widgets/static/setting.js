// The setting explorer: turn one setting, see images and numbers of the models trained with it.
// Traits (see setting_explorer.py): heading, setting, values, rows, columns, pixels, numbers, log,
// value. `value` is the state; the rest is fixed.

const GAP = 2; // pixels between two images

// ColorBrewer's purple–orange, as matplotlib's PuOr_r: negative, zero, positive.
const SIGNED = [[45, 0, 75], [84, 39, 136], [128, 115, 172], [178, 171, 210], [216, 218, 235],
                [247, 247, 247],
                [254, 224, 182], [253, 184, 99], [224, 130, 20], [179, 88, 6], [127, 59, 8]];

function signedColour(share) {
  const place = clamp((share + 1) / 2, 0, 1) * (SIGNED.length - 1);
  const low = Math.min(Math.floor(place), SIGNED.length - 2);
  return SIGNED[low].map((c, k) => c + (place - low) * (SIGNED[low + 1][k] - c));
}

// Rows as Python sent them: whole numbers of one byte, with a sign where the row has scales.
function unpackRows(model) {
  const view = model.get("pixels");
  let start = view.byteOffset;
  return model.get("rows").map(({ title, shape, scales }) => {
    const [places, count, height, width] = shape;
    const size = count * height * width;
    const Kind = scales.length ? Int8Array : Uint8Array;
    const levels = new Kind(view.buffer, start, places * size);
    start += places * size;
    const at = (index) => {
      const place = places > 1 ? index : 0;
      return {
        shares: Float32Array.from(levels.subarray(place * size, (place + 1) * size),
          (level) => level / (scales.length ? 127 : 255)),
        scale: scales.length ? scales[place] : 1,
      };
    };
    return { title, count, height, width, signed: scales.length > 0, at };
  });
}

function drawRow(canvas, { count, height, width, signed }, shares, columns) {
  const lines = Math.ceil(count / columns);
  canvas.width = columns * (width + GAP) - GAP;
  canvas.height = lines * (height + GAP) - GAP;
  canvas.style.aspectRatio = `${canvas.width} / ${canvas.height}`;
  const context = canvas.getContext("2d");
  for (let n = 0; n < count; n += 1) {
    const image = context.createImageData(width, height);
    for (let p = 0; p < height * width; p += 1) {
      const share = shares[n * height * width + p];
      const [r, g, b] = signed ? signedColour(share) : Array(3).fill(255 * share);
      image.data.set([r, g, b, 255], 4 * p);
    }
    const [x, y] = [(n % columns) * (width + GAP), Math.floor(n / columns) * (height + GAP)];
    context.putImageData(image, x, y);
  }
}

function render({ model, el }) {
  const setting = model.get("setting");
  const values = model.get("values");
  const numbers = model.get("numbers");
  const log = model.get("log");
  const rows = unpackRows(model);
  const columns = model.get("columns");

  const place = () => {
    const distances = values.map((value) => Math.abs(value - model.get("value")));
    return distances.indexOf(Math.min(...distances));
  };
  const setPlace = (index) => {
    model.set("value", values[clamp(Math.round(index), 0, values.length - 1)]);
    model.save_changes();
  };

  // -- the page
  const help = element("p", { class: "ae-help" },
    "Move the slider, or focus it and press the arrow keys: each step is a model of its own, "
    + "trained at this value.");
  const control = slider({
    label: setting, low: 0, high: values.length - 1, steps: values.length - 1,
    text: (index) => short(values[index]), onInput: setPlace,
  });
  const pictures = rows.map((row) => {
    const canvas = element("canvas", { class: "ae-canvas ae-row", role: "img" });
    canvas.style.maxWidth = `${72 * columns}px`;
    const [low, high] = [element("span"), element("span")];
    const bar = element("span", { class: "ae-scale-bar" });
    bar.style.background = `linear-gradient(to right, ${SIGNED.map((c) => `rgb(${c})`)})`;
    const scale = element("div", { class: "ae-scale" }, low, bar, high);
    scale.hidden = !row.signed;
    return { row, canvas, scale, low, high };
  });
  const facts = numbers.map(() => element("dd"));
  const list = element("dl", { class: "ae-facts" }, ...numbers.map(({ name }, k) => (
    element("div", {}, element("dt", {}, name), facts[k]))));
  const curves = numbers.filter(({ drawn }) => drawn).map((number) => ({
    number, canvas: element("canvas", { class: "ae-canvas ae-strip", role: "img" }),
  }));
  const spoken = speaker();
  const root = panel(model.get("heading"),
    element("p", { class: "ae-title" }, model.get("heading")), help,
    element("div", { class: "ae-controls ae-above" }, control.row),
    element("div", { class: "ae-panels" },
      element("div", { class: "ae-panel" }, ...pictures.flatMap(({ row, canvas, scale }) => (
        [element("p", { class: "ae-caption" }, row.title), canvas, scale]))),
      element("div", { class: "ae-panel" }, list, ...curves.flatMap(({ number, canvas }) => (
        [element("p", { class: "ae-caption" }, number.name), canvas])))),
    spoken.node);
  el.append(root);

  // -- drawing
  function drawCurve(canvas, { name, mean, low, high }, index, ink) {
    const [least, most] = [Math.min(...low), Math.max(...high)];
    const room = 0.1 * (most - least) || 0.1 * Math.abs(most) || 1;
    const [first, last] = [values[0], values[values.length - 1]];
    const edge = log ? (last / first) ** 0.05 : 0.05 * (last - first);
    paint(canvas, (context, width, height) => {
      const map = chart(context, {
        width, height, ink, xLabel: setting, yLabel: "", logX: log, xTicks: values,
        x: log ? [first / edge, last * edge] : [first - edge, last + edge],
        y: [least - room, most + room],
      });
      const at = (list, i) => [map.toX(values[i]), map.toY(list[i])];
      const all = values.map((_, i) => i);
      context.fillStyle = ink.first;
      context.globalAlpha = 0.2;
      fill(context, [...all.map((i) => at(low, i)), ...[...all].reverse().map((i) => at(high, i))]);
      context.globalAlpha = 1;
      context.strokeStyle = ink.first;
      context.lineWidth = 2;
      stroke(context, all.map((i) => at(mean, i)));
      for (const i of all) drawMark(context, 0, ...at(mean, i), 2.6);
      context.fillStyle = ink.second;
      drawMark(context, 3, ...at(mean, index), 6.5);
    });
    canvas.setAttribute("aria-label",
      `${name} against ${setting}: ${values.map((v, i) => `${short(mean[i])} at ${short(v)}`).join(", ")}`);
  }

  function written({ mean, low, high }, index) {
    const spread = low[index] === high[index] ? "" : ` (${short(low[index])} to ${short(high[index])})`;
    return short(mean[index]) + spread;
  }

  function redraw() {
    const index = place();
    const ink = inks(root);
    const here = `${setting} ${short(values[index])}`;
    control.show(index);
    for (const { row, canvas, low, high } of pictures) {
      const { shares, scale } = row.at(index);
      drawRow(canvas, row, shares, columns);
      [low.textContent, high.textContent] = [short(-scale), `+${short(scale)}`];
      const colours = row.signed ? `, purple ${short(-scale)} to orange ${short(scale)}` : "";
      canvas.setAttribute("aria-label",
        `${row.title}: ${row.count} images of ${row.height} by ${row.width} pixels at ${here}${colours}`);
    }
    numbers.forEach((number, k) => { facts[k].textContent = written(number, index); });
    for (const { number, canvas } of curves) drawCurve(canvas, number, index, ink);
    const list = numbers.map((number) => `${number.name} ${written(number, index)}`).join(", ");
    spoken.say(`${here}: ${list}.`);
  }

  // -- for tests and for the curious: document.querySelector(".aecourse-explorer").explorer
  root.explorer = {
    picture() {
      const index = place();
      const images = rows.flatMap((row) => {
        const { shares, scale } = row.at(index);
        return Array.from(shares, (share) => share * scale);
      });
      return Float32Array.from([...images, ...numbers.map(({ mean }) => mean[index])]);
    },
    state: () => ({ value: values[place()] }),
    set({ value }) {
      model.set("value", value);
      model.save_changes();
    },
  };

  return live(model, root, ["value"], redraw, spoken.stop);
}

export default { render };
