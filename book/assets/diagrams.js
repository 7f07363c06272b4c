// Draws every diagram in the page's light or dark theme, and again when the reader changes it.
(() => {
  const sources = new Map();
  const root = document.documentElement;
  let drawn = null;

  // Before the theme's own script has run, the reader's system decides.
  const isDark = () =>
    root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;

  const draw = async () => {
    const theme = isDark() ? "dark" : "neutral";
    if (theme === drawn) return;
    drawn = theme;
    mermaid.initialize({ startOnLoad: false, securityLevel: "strict", theme });
    for (const [element, source] of sources) {
      element.removeAttribute("data-processed");
      element.textContent = source;
    }
    await mermaid.run({ nodes: [...sources.keys()] });
    // A drawing shrinks with its frame as long as its words can be read; then the frame scrolls.
    for (const element of sources.keys()) {
      const svg = element.querySelector("svg");
      const natural = parseFloat(svg?.style.maxWidth);
      if (natural) svg.style.minWidth = `${Math.round(0.7 * natural)}px`;
    }
  };

  const start = () => {
    for (const element of document.querySelectorAll("pre.mermaid")) {
      sources.set(element, element.textContent);
    }
    let queue = draw();
    const redraw = () => (queue = queue.then(draw));
    new MutationObserver(redraw).observe(root, { attributeFilter: ["data-theme"] });
  };

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
