// Makes the widget manager at home in this book.

// anywidget lies beside the other libraries: no other host is asked for it.
requirejs.config({
  paths: { anywidget: new URL("vendor/anywidget/index", document.currentScript.src).href },
});

// The widget manager speaks to MathJax in the words of version 2; the book has version 3.
if (window.MathJax?.startup && !MathJax.Hub) {
  MathJax.Hub = {
    Queue: ([, , element]) =>
      MathJax.startup.promise.then(() => MathJax.typesetPromise([element])),
  };
}
