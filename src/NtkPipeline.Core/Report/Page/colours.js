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
