// The cloud explorer: the codes of several models during training, beside the prior's circles.
// Traits (see cloud_explorer.py): heading, models, clouds, labels, class_names, epochs, numbers,
// number_name, epoch, same_axes. `epoch` and `same_axes` are the state; the rest is fixed.

const PAUSE = 700; // milliseconds from one epoch to the next while it plays
const DEVIATIONS = [1, 2, 3]; // of a standard normal prior: the radii of its circles

// What a reader who does not see a cloud is told: how much of it lies within two deviations.
function shareInside(points) {
  let inside = 0;
  for (let i = 0; i < points.length; i += 2) inside += Math.hypot(points[i], points[i + 1]) <= 2;
  return Math.round((200 * inside) / points.length);
}

function render({ model, el }) {
  const models = model.get("models");
  const labels = model.get("labels");
  const epochs = model.get("epochs");
  const numbers = model.get("numbers");
  const numberName = model.get("number_name");
  const codes = floats(model.get("clouds"), "float16");
  const last = epochs.length - 1;
  const size = 2 * labels.length; // numbers in one cloud
  // A reader who wants less motion moves the training on by hand.
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  let timer = 0;

  const cloud = (m, index) => {
    const start = (m * epochs.length + index) * size;
    return codes.subarray(start, start + size);
  };
  // The axes hold a cloud through all epochs, and the prior's circles.
  const reaches = models.map((_, m) => {
    const all = codes.subarray(m * epochs.length * size, (m + 1) * epochs.length * size);
    return 1.06 * all.reduce((most, value) => Math.max(most, Math.abs(value)), 3);
  });
  const place = () => {
    const distances = epochs.map((epoch) => Math.abs(epoch - model.get("epoch")));
    return distances.indexOf(Math.min(...distances));
  };
  const set = (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  };
  const setPlace = (index) => set({ epoch: epochs[clamp(Math.round(index), 0, last)] });

  const stop = () => {
    clearInterval(timer);
    timer = 0;
    if (!still) play.textContent = "Play the training";
  };
  const step = () => {
    const next = place() + 1;
    if (next >= last) stop();
    setPlace(next);
  };
  const press = () => {
    if (still) setPlace(place() === last ? 0 : place() + 1);
    else if (timer) stop();
    else {
      play.textContent = "Pause";
      timer = setInterval(step, PAUSE);
      if (place() === last) setPlace(0);
    }
  };

  // -- the page
  const help = element("p", { class: "ae-help" },
    "Each mark is the code of one sample: its first value across, its second up. The circles lie 1, 2 "
    + "and 3 standard deviations from the prior's middle and hold 39, 86 and 99 % of what it draws. "
    + "Move the slider through the epochs of training.");
  const control = slider({
    label: "epoch", low: 0, high: last, steps: Math.max(1, last), text: (index) => short(epochs[index]),
    onInput(index) {
      stop();
      setPlace(index);
    },
  });
  const play = button(still ? "Next epoch" : "Play the training", press);
  const same = tick({ label: "Same axes for all", onChange: (value) => set({ same_axes: value }) });
  const panels = models.map((name) => {
    const fact = element("strong");
    const canvas = element("canvas", { class: "ae-canvas ae-cloud", role: "img" });
    const caption = element("p", { class: "ae-caption" }, element("span", {}, name), fact);
    return { name, fact, canvas, node: element("div", { class: "ae-panel" }, caption, canvas) };
  });
  const clouds = element("div", { class: "ae-clouds" }, ...panels.map(({ node }) => node));
  const across = models.length <= 3 ? models.length : Math.ceil(models.length / 2);
  clouds.style.setProperty("--ae-columns", String(across));
  const legend = classLegend(model.get("class_names"), "Classes of the samples");
  const spoken = speaker();
  const root = panel(model.get("heading"),
    element("p", { class: "ae-title" }, model.get("heading")), help,
    element("div", { class: "ae-controls ae-above" }, control.row,
      element("div", { class: "ae-buttons" }, play, same.row)),
    clouds, legend.node, spoken.node);
  el.append(root);

  // -- drawing
  function drawCloud(canvas, points, reach, ink) {
    paint(canvas, (context, width, height) => {
      // One unit is as long across as up, so that the prior's circles are round.
      const margin = { left: 30, top: 6, right: 6, bottom: 20 };
      const [right, up] = [width - 36, height - 26];
      const half = reach / Math.min(right, up);
      const map = chart(context, {
        width, height, ink, margin, xLabel: "", yLabel: "",
        x: [-half * right, half * right], y: [-half * up, half * up],
      });
      clipTo(context, map.box);
      context.globalAlpha = 0.65;
      labels.forEach((label, i) => {
        context.fillStyle = ink.palette[label % ink.palette.length];
        drawMark(context, label, map.toX(points[2 * i]), map.toY(points[2 * i + 1]), 2.4);
      });
      context.globalAlpha = 1;
      context.strokeStyle = ink.ink;
      context.lineWidth = 1.2;
      context.setLineDash([5, 3]);
      for (const radius of DEVIATIONS) {
        context.beginPath();
        context.arc(map.toX(0), map.toY(0), map.toX(radius) - map.toX(0), 0, 2 * Math.PI);
        context.stroke();
      }
    });
  }

  function redraw() {
    const index = place();
    const ink = inks(root);
    const shared = model.get("same_axes");
    control.show(index);
    same.show(shared);
    legend.draw(ink);
    const told = panels.map(({ name, fact, canvas }, m) => {
      const points = cloud(m, index);
      drawCloud(canvas, points, shared ? Math.max(...reaches) : reaches[m], ink);
      fact.textContent = numbers.length ? `${numberName} ${short(numbers[m][index])}`.trim() : "";
      canvas.setAttribute("aria-label",
        `${name}: ${labels.length} codes at epoch ${short(epochs[index])}, `
        + `${shareInside(points)} % within two standard deviations of the prior`);
      return `${name} ${fact.textContent || `${shareInside(points)} % within two standard deviations`}`;
    });
    if (!timer) spoken.say(`Epoch ${short(epochs[index])}: ${told.join(", ")}.`);
  }

  // -- for tests and for the curious: document.querySelector(".aecourse-explorer").explorer
  root.explorer = {
    picture() {
      const index = place();
      const shown = models.flatMap((_, m) => Array.from(cloud(m, index)));
      return Float32Array.from([...shown, ...numbers.map((values) => values[index])]);
    },
    state: () => ({
      epoch: epochs[place()], same_axes: model.get("same_axes"), playing: timer !== 0,
    }),
    set,
  };

  return live(model, root, ["epoch", "same_axes"], redraw, () => clearInterval(timer), spoken.stop);
}

export default { render };
