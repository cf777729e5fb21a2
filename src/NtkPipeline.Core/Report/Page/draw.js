// Figures: drawn when they come near the screen, in the colours of the screen; all of them, on white, before a print.

var dark = matchMedia('(prefers-color-scheme: dark)'), isPrinting = false;
var options = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ['select2d', 'lasso2d', 'autoScale2d', 'pan2d'] };

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
