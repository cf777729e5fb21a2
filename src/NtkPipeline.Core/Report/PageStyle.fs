namespace NtkPipeline.Core

/// The page's style sheet and its one small program.
[<RequireQualifiedAccess>]
module PageStyle =

    /// Light, plain, readable on a phone and on paper.
    let css =
        """
:root { --ink: #222; --soft: #555; --line: #ddd; --accent: #0072B2; --warn: #A33B00; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; color: var(--ink); background: #fff; font: 16px/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
main { max-width: 74rem; margin: 0 auto; padding: 1rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 1rem 0 .5rem; }
h2 { font-size: 1.35rem; margin: 3rem 0 .5rem; padding-top: .75rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 0 0 .25rem; line-height: 1.35; }
p, ul { max-width: 46rem; margin: .5rem 0; }
.answer { font-size: 1.1rem; }
.banner { max-width: none; background: #FFF1E6; color: var(--warn); border: 2px solid var(--warn); border-radius: 6px; padding: .75rem 1rem; margin: 1rem 0; }
.banner strong { font-size: 1.15rem; }
nav { margin: 1rem 0; font-size: .95rem; }
nav a { display: inline-block; margin: .1rem .9rem .1rem 0; }
a { color: var(--accent); }
.cards, .figures, .pair { display: grid; gap: 1.25rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 27rem), 1fr)); margin: 1rem 0; }
.cards { grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); }
.card { border: 1px solid var(--line); border-left: 6px solid #777; border-radius: 4px; padding: .75rem 1rem; }
.card p { margin: .25rem 0; }
.badge { font-weight: 700; color: #555; }
.holds { border-left-color: #0072B2; } .holds > .badge, .badge.holds { color: #005A8C; }
.fails { border-left-color: #D55E00; } .fails > .badge, .badge.fails { color: var(--warn); }
.mixed { border-left-color: #7A4FA3; } .mixed > .badge { color: #5E3A82; }
.card ul { list-style: none; padding: 0; margin: .5rem 0 0; }
.card li { border-top: 1px solid var(--line); padding: .5rem 0 .25rem; font-size: .92rem; }
.setting { color: var(--soft); }
figure { margin: 0; min-width: 0; border: 1px solid var(--line); border-radius: 4px; padding: .75rem .75rem .5rem; }
figcaption { font-size: .9rem; color: var(--soft); margin-top: .25rem; }
.chart { width: 100%; height: 26rem; }
.table { overflow-x: auto; margin: 1.25rem 0; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 700; padding: 0 0 .35rem; }
th, td { overflow-wrap: normal; padding: .3rem .6rem; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; }
thead th { border-bottom: 2px solid #999; vertical-align: bottom; }
.number { text-align: right; white-space: nowrap; }
thead .number { white-space: normal; }
.facts th { font-weight: 400; color: var(--soft); min-width: 9rem; }
.facts td, td.words { overflow-wrap: anywhere; }
.note { font-size: .88rem; color: var(--soft); }
details { margin: 1rem 0; }
summary { cursor: pointer; color: var(--accent); }
dt { font-weight: 700; margin-top: .6rem; }
dd { margin: 0; max-width: 46rem; }
@media (max-width: 600px) {
  main { padding: .5rem .75rem 3rem; }
  h1 { font-size: 1.5rem; }
  figure { padding: .5rem .25rem; }
  figure h3, figcaption { padding: 0 .35rem; }
  .chart { height: 27rem; }
  .facts th { min-width: 6rem; }
  th, td { padding: .3rem .45rem; }
}
@media print {
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  nav, summary { display: none; }
  .figures, .pair { display: block; }
  figure, .card, tr { break-inside: avoid; }
  figure { margin-bottom: 1rem; }
  h2 { break-after: avoid; }
  .table { overflow: visible; }
  table { font-size: 8pt; }
  th, td { padding: .15rem .3rem; }
  .banner { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
"""

    /// Draws every chart from the JSON that stands beside it, and fits them to the paper before a print.
    let program =
        """
(function () {
  'use strict';
  var options = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ['select2d', 'lasso2d', 'autoScale2d', 'pan2d'] };
  var charts = document.querySelectorAll('.chart');
  charts.forEach(function (chart) {
    var figure = JSON.parse(document.getElementById(chart.id + '-data').textContent);
    Plotly.newPlot(chart, figure.data, figure.layout, options);
  });
  function fit() { charts.forEach(function (chart) { Plotly.Plots.resize(chart); }); }
  window.addEventListener('beforeprint', fit);
  window.addEventListener('afterprint', fit);
})();
"""
