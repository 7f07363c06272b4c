// The decoder explorer: move a code, see the image that the decoder (layers.js) draws from it.
// Traits (see decoder_explorer.py): weights, precision, layers, image_shape, codes, labels,
// class_names, ranges, dimension_names, heading, code. `code` is the state; the rest is fixed.

// Index of, and distance to, the training code nearest to `code`.
function nearest(codes, code) {
  const size = code.length;
  let best = { index: -1, distance: Infinity };
  for (let i = 0; i * size < codes.length; i += 1) {
    let sum = 0;
    for (let d = 0; d < size; d += 1) sum += (codes[i * size + d] - code[d]) ** 2;
    if (sum < best.distance) best = { index: i, distance: sum };
  }
  return { index: best.index, distance: Math.sqrt(best.distance) };
}

// The median code of each class: a place to jump to.
function centres(codes, labels, classes, size) {
  return classes.map((_, c) => {
    const members = labels.flatMap((label, i) => (label === c ? [i] : []));
    return Array.from({ length: size }, (_, d) => {
      const sorted = members.map((i) => codes[i * size + d]).sort((a, b) => a - b);
      return sorted[Math.floor(sorted.length / 2)];
    });
  });
}

function drawPicture(canvas, pixels, [height, width]) {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  pixels.forEach((value, i) => {
    const grey = Math.round(255 * clamp(value, 0, 1));
    image.data.set([grey, grey, grey, 255], 4 * i);
  });
  context.putImageData(image, 0, 0);
}

function render({ model, el }) {
  const layers = unpackLayers(model);
  const size = model.get("code").length;
  const ranges = model.get("ranges");
  const names = model.get("dimension_names");
  const shape = model.get("image_shape");
  const codes = floats(model.get("codes"), "float32");
  const labels = model.get("labels");
  const classes = model.get("class_names");
  const shown = { across: 0, up: Math.min(1, size - 1) };
  let map = null;

  const setCode = (code) => {
    model.set("code", code.map((value, d) => clamp(value, ranges[d][0], ranges[d][1])));
    model.save_changes();
  };
  const replace = (changes) => {
    const code = [...model.get("code")];
    for (const [d, value] of changes) code[d] = value;
    setCode(code);
  };
  const width = (d) => ranges[d][1] - ranges[d][0];

  // -- the page
  const help = element("p", { class: "ae-help", id: identity("help") },
    size === 1
      ? "Move the slider: the decoder draws the image of the code."
      : "Drag in the plane, or focus it and press the arrow keys (Shift: bigger steps). "
        + "The decoder draws the image of the code under the cross.");
  const plane = pad({
    label: "Plane of codes",
    description: help,
    onArrow(dx, dy, big) {
      const share = big ? 0.1 : 0.02;
      const code = model.get("code");
      const { across, up } = shown;
      if (dx) replace([[across, code[across] + dx * share * width(across)]]);
      if (dy) replace([[up, code[up] + dy * share * width(up)]]);
    },
    onPoint(x, y) {
      if (map) replace([[shown.across, map.fromX(x)], [shown.up, map.fromY(y)]]);
    },
  });
  plane.classList.add("ae-plane");
  const picture = element("canvas", { class: "ae-canvas ae-picture", role: "img" });
  picture.style.aspectRatio = `${shape[1]} / ${shape[0]}`;
  const nearestFact = element("dd");
  const distanceFact = element("dd");
  const facts = element("dl", { class: "ae-facts" },
    element("div", {}, element("dt", {}, "nearest training code"), nearestFact),
    element("div", {}, element("dt", {}, "distance to it"), distanceFact));
  facts.hidden = codes.length === 0;
  const spoken = speaker();
  const sliders = names.map((name, d) => slider({
    label: name, low: ranges[d][0], high: ranges[d][1],
    text: (value) => value.toFixed(2).replace("-", "−"),
    onInput: (value) => replace([[d, value]]),
  }));
  const controls = element("div", { class: "ae-controls" }, ...sliders.map(({ row }) => row));
  if (names.every((name) => name.length <= 4)) controls.classList.add("ae-short");
  if (size > 8) controls.classList.add("ae-many");
  const choices = element("div", { class: "ae-controls" });
  if (size > 2) {
    for (const [axis, label] of [["across", "across the plane"], ["up", "up the plane"]]) {
      const pick = choice({
        label, options: names.map((name, d) => [d, name]),
        onChange(value) { shown[axis] = Number(value); redraw(); },
      });
      pick.show(shown[axis]);
      choices.append(pick.row);
    }
  }
  const buttons = element("div", { class: "ae-buttons" });
  const middles = labels.length ? centres(codes, labels, classes, size) : [];
  middles.forEach((middle, c) => {
    if (middle[0] !== undefined) {
      const jump = button(classes[c], () => setCode(middle));
      jump.setAttribute("aria-label", `Jump to the middle of class ${classes[c]}`);
      buttons.append(jump);
    }
  });
  if (buttons.childElementCount) buttons.prepend(element("span", {}, "Jump to the middle of class"));
  const legend = classLegend(labels.length ? classes : [], "Classes of the training codes");

  const root = panel(model.get("heading"),
    element("p", { class: "ae-title" }, model.get("heading")), help,
    element("div", { class: "ae-panels" },
      element("div", { class: "ae-panel" }, ...(size > 1 ? [plane, legend.node] : [])),
      element("div", { class: "ae-panel ae-result" }, picture, facts)),
    choices, controls, buttons, spoken.node);
  el.append(root);

  // -- drawing
  function drawPlane(code, closest) {
    const ink = inks(root);
    const { across, up } = shown;
    paint(plane, (context, w, h) => {
      map = chart(context, {
        width: w, height: h, x: ranges[across], y: ranges[up],
        xLabel: names[across], yLabel: names[up], ink,
      });
      context.save();
      clipTo(context, map.box);
      context.globalAlpha = 0.62;
      for (let i = 0; i * size < codes.length; i += 1) {
        const label = labels.length ? labels[i] : 0;
        context.fillStyle = ink.palette[label % ink.palette.length];
        drawMark(context, label, map.toX(codes[i * size + across]), map.toY(codes[i * size + up]), 3);
      }
      context.globalAlpha = 1;
      const x = map.toX(code[across]);
      const y = map.toY(code[up]);
      if (closest.index >= 0) {
        context.strokeStyle = ink.ink;
        context.lineWidth = 1.4;
        context.setLineDash([3, 3]);
        const at = closest.index * size;
        stroke(context, [[x, y], [map.toX(codes[at + across]), map.toY(codes[at + up])]]);
        context.setLineDash([]);
      }
      context.restore();
      for (const [lineWidth, colour] of [[6, ink.paper], [2.4, ink.ink]]) {
        context.lineWidth = lineWidth;
        context.strokeStyle = colour;
        stroke(context, [[x - 11, y], [x + 11, y]]);
        stroke(context, [[x, y - 11], [x, y + 11]]);
      }
    });
    legend.draw(ink);
  }

  function redraw() {
    const code = model.get("code");
    const pixels = decode(layers, code);
    const closest = nearest(codes, code);
    drawPicture(picture, pixels, shape);
    drawPlane(code, closest);
    sliders.forEach((control, d) => control.show(code[d]));
    const mean = pixels.reduce((sum, value) => sum + value, 0) / pixels.length;
    picture.setAttribute("aria-label",
      `Decoded image of ${shape[0]} by ${shape[1]} pixels, mean brightness ${short(mean)}`);
    const which = closest.index < 0 || !labels.length ? "" : classes[labels[closest.index]];
    nearestFact.textContent = which === "" ? `number ${closest.index + 1}` : `class ${which}`;
    distanceFact.textContent = short(closest.distance);
    const words = code.map((value, d) => `${names[d]} ${value.toFixed(2)}`).join(", ");
    const near = closest.index < 0 ? "" : ` Nearest training code: ${nearestFact.textContent}, at distance ${short(closest.distance)}.`;
    spoken.say(`${words}.${near}`);
  }

  // -- for tests and for the curious: document.querySelector(".aecourse-explorer").explorer
  root.explorer = {
    picture: () => decode(layers, model.get("code")),
    state: () => ({ code: [...model.get("code")] }),
    set: ({ code }) => setCode(code),
  };

  return live(model, root, ["code"], redraw, spoken.stop);
}

export default { render };
