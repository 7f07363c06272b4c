// Tells require.js where this book keeps anywidget, so that widgets need no other host.
requirejs.config({
  paths: { anywidget: new URL("vendor/anywidget/index", document.currentScript.src).href },
});
