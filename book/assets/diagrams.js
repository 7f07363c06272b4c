// Draws every diagram in the page's light or dark theme, and again when the reader changes it.
(() => {
  const sources = new Map();
  const root = document.documentElement;
  let drawn = null;

  const draw = async () => {
    const theme = root.dataset.theme === "dark" ? "dark" : "neutral";
    if (theme === drawn) return;
    drawn = theme;
    mermaid.initialize({ startOnLoad: false, securityLevel: "strict", theme });
    for (const [element, source] of sources) {
      element.removeAttribute("data-processed");
      element.textContent = source;
    }
    await mermaid.run({ nodes: [...sources.keys()] });
    // Keep the drawing at its natural size: on a narrow screen its frame scrolls.
    for (const element of sources.keys()) {
      const svg = element.querySelector("svg");
      if (svg && svg.style.maxWidth) svg.style.width = svg.style.maxWidth;
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
