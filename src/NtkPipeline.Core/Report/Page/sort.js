// Tables that sort by a click, or a key, on a heading: upwards, downwards, and as they were.

// The number that a cell shows: "80.5 ± 0.3%", "−0.50", "1.23·10⁻⁴", "1.2e-5", "7,613"; null where it shows none.
function numberOf(text) {
  var plain = text.replace(/−/g, '-').replace(/(\d),(?=\d{3})/g, '$1').trim();
  if (plain.charAt(0) === '–') return null;
  if (plain.charAt(0) === '∞') return Infinity;
  var found = /[+-]?\d+(\.\d+)?(e[+-]?\d+)?/i.exec(plain);
  if (!found) return null;
  var power = /^·10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/.exec(plain.slice(found.index + found[0].length));
  var digits = power ? power[1].replace(/./g, function (sign) { return sign === '⁻' ? '-' : '⁰¹²³⁴⁵⁶⁷⁸⁹'.indexOf(sign); }) : '0';
  return Number(found[0] + (power ? 'e' + digits : ''));
}

// What is missing comes last, upwards and downwards.
function compareCells(isNumber, direction, a, b) {
  if (!isNumber) return direction * a.localeCompare(b, 'en', { numeric: true });
  var x = numberOf(a), y = numberOf(b);
  if (x === null || y === null) return (x === null) - (y === null);
  return x === y ? 0 : x < y ? -direction : direction;
}

function sortable(table) {
  var body = table.tBodies[0], asWritten = Array.from(body.rows), headings = Array.from(table.tHead.rows[0].cells);
  headings.forEach(function (heading, column) {
    var button = document.createElement('button');
    button.type = 'button';
    button.append.apply(button, Array.from(heading.childNodes));
    heading.append(button);
    button.addEventListener('click', function () {
      var was = heading.getAttribute('aria-sort'), now = was === 'ascending' ? 'descending' : was ? null : 'ascending';
      headings.forEach(function (other) { other.removeAttribute('aria-sort'); });
      var rows = asWritten.slice();
      if (now) {
        heading.setAttribute('aria-sort', now);
        rows.sort(function (a, b) {
          return compareCells(heading.classList.contains('number'), now === 'ascending' ? 1 : -1,
            a.cells[column].textContent, b.cells[column].textContent);
        });
      }
      body.append.apply(body, rows);
    });
  });
}
