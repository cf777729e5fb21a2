// Figures: drawn when they come near the screen, in the colours of the screen; all of them, on white, before a print.

var dark = matchMedia('(prefers-color-scheme: dark)'), isPrinting = false;
var options = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ['select2d', 'lasso2d', 'autoScale2d', 'pan2d'] };

// Whole values that are colours, and no others, are exchanged: "#222222", "rgba(0,114,178,0.15)".
function inColours(text, colours) {
  return text
    .replace(/"(#[0-9A-Fa-f]{6})"/g, function (all, colour) { return '"' + (colours[colour] || colour) + '"'; })
    .replace(/"rgba\((\d+),(\d+),(\d+),([\d.]+)\)"/g, function (all, r, g, b, opacity) {
      var part = function (x) { return ('0' + Number(x).toString(16)).slice(-2).toUpperCase(); };
      var other = colours['#' + part(r) + part(g) + part(b)];
      if (!other) return all;
      var of = function (k) { return parseInt(other.slice(k, k + 2), 16); };
      return '"rgba(' + [of(1), of(3), of(5), opacity].join(',') + ')"';
    });
}

function figureOf(chart, isDark) {
  var text = document.getElementById(chart.id + '-data').textContent, figure = JSON.parse(text);
  return isDark ? JSON.parse(inColours(text, figure.dark)) : figure;
}

function draw(chart) {
  var figure = figureOf(chart, dark.matches && !isPrinting);
  if (isPrinting) { figure.layout.width = 660; figure.layout.height = 350; }
  chart.classList.add('drawn');
  Plotly.newPlot(chart, figure.data, figure.layout, options);
}

var charts = Array.from(document.querySelectorAll('.chart'));
function redraw() { charts.filter(function (chart) { return chart.classList.contains('drawn'); }).forEach(draw); }

if ('IntersectionObserver' in window) {
  var near = new IntersectionObserver(function (entries) {
    entries.filter(function (entry) { return entry.isIntersecting; }).forEach(function (entry) {
      near.unobserve(entry.target);
      if (!entry.target.classList.contains('drawn')) draw(entry.target);
    });
  }, { rootMargin: '600px 0px' });
  charts.forEach(function (chart) { near.observe(chart); });
} else charts.forEach(draw);

dark.addEventListener('change', redraw);
window.addEventListener('beforeprint', function () { isPrinting = true; charts.forEach(draw); });
window.addEventListener('afterprint', function () { isPrinting = false; redraw(); });
