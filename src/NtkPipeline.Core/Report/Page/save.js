// A figure's data as CSV and the figure as SVG, made in the browser from the JSON that it is drawn from.

function csvCell(value) {
  var text = value === null || value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
}

// Which of a slider's labels show a trace; nothing where all do.
function frameOf(steps, trace) {
  var shown = steps.filter(function (step) {
    var args = step.args;
    return (typeof args[0] === 'string' ? args[1] : args[0].visible)[trace];
  });
  return shown.length === steps.length ? '' : shown.map(function (step) { return step.label; }).join(' ');
}

// One line a point: its series, place, and the ends of its spread; a map's values in a column of their own.
// `plain` turns Plotly's HTML into text.
function csvOf(figure, plain) {
  var sliders = figure.layout.sliders, steps = sliders && sliders.length ? sliders[0].steps : [];
  var hasMap = figure.data.some(function (trace) { return trace.type === 'heatmap'; });
  var bands = {}, rows = [];
  var name = function (trace, k) { return [plain(trace.name || ''), plain(frameOf(steps, k))]; };
  var add = function (who, x, y, low, high, value) {
    rows.push((steps.length ? [who[1]] : []).concat([who[0], x, y, low, high], hasMap ? [value] : []));
  };
  figure.data.forEach(function (trace, k) {
    if (trace.fill === 'toself') bands[name(trace, k)] = trace.y;
  });
  figure.data.forEach(function (trace, k) {
    var who = name(trace, k);
    if (trace.type === 'heatmap') {
      var bar = trace.colorbar && trace.colorbar.title ? trace.colorbar.title.text : '';
      var isLog = bar.indexOf('log₁₀ ') === 0, at = trace.meta || trace;
      trace.z.forEach(function (row, i) {
        row.forEach(function (z, j) {
          var value = z === null ? null : isLog ? Number(Math.pow(10, z).toPrecision(4)) : z;
          add(who, at.x ? at.x[j] : j, at.y ? at.y[i] : i, null, null, value);
        });
      });
    } else if (trace.showlegend !== false) {
      var band = bands[who], error = trace.error_y, count = trace.x.length;
      trace.x.forEach(function (x, i) {
        var y = trace.y[i], low = null, high = null;
        if (band && band.length === 2 * count) {
          high = band[i];
          low = band[2 * count - 1 - i];
        } else if (error) {
          high = Number((y + error.array[i]).toPrecision(6));
          low = Number((y - error.arrayminus[i]).toPrecision(6));
        }
        add(who, x, y, low, high, null);
      });
    }
  });
  var head = (steps.length ? ['frame'] : []).concat(['series', 'x', 'y', 'low', 'high'], hasMap ? ['value'] : []);
  return [head].concat(rows).map(function (row) { return row.map(csvCell).join(','); }).join('\n') + '\n';
}

function plainText(html) { return new DOMParser().parseFromString(String(html), 'text/html').documentElement.textContent; }

function fileName(chart) { return chart.id.replace(/[^\w-]+/g, '-'); }

function saveData(chart) {
  var link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([csvOf(figureOf(chart, false), plainText)], { type: 'text/csv' }));
  link.download = fileName(chart) + '.csv';
  link.click();
  setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
}

// In light colours and with its title, for a paper.
function savePicture(chart) {
  var figure = figureOf(chart, false), title = chart.getAttribute('aria-label');
  figure.layout.title = { text: title.replace(/&/g, '&amp;').replace(/[<]/g, '&lt;'), font: { size: 15 } };
  figure.layout.margin.t += 36;
  Plotly.downloadImage(figure, { format: 'svg', width: 900, height: 600, filename: fileName(chart) });
}
