// What the page does when it opens.

document.documentElement.classList.add('scripted');
document.querySelectorAll('table:has(thead)').forEach(sortable);

document.addEventListener('click', function (event) {
  var button = event.target.closest('button[data-save]');
  if (!button) return;
  var chart = button.closest('figure').querySelector('.chart');
  if (button.dataset.save === 'csv') saveData(chart); else savePicture(chart);
});

// The contents: closed where they stand above the text, and the section being read is marked.
var contents = document.querySelector('.contents'), isBeside = matchMedia('(min-width: 68.01rem)');
function fold() { contents.querySelector('details').open = isBeside.matches; }
fold();
isBeside.addEventListener('change', fold);

function mark(section) {
  contents.querySelectorAll('a[aria-current]').forEach(function (link) { link.removeAttribute('aria-current'); });
  var link = Array.from(contents.querySelectorAll('a')).find(function (one) { return one.hash === '#' + section.id; });
  if (!link) return;
  link.setAttribute('aria-current', 'true');
  var box = contents.getBoundingClientRect(), at = link.getBoundingClientRect();
  if (at.top < box.top || at.bottom > box.bottom) contents.scrollTop += at.top - box.top - box.height / 2;
}

var chapters = document.querySelectorAll('main > section');
mark(chapters[0]);
if ('IntersectionObserver' in window) {
  var reading = new IntersectionObserver(function (entries) {
    entries.filter(function (entry) { return entry.isIntersecting; }).forEach(function (entry) { mark(entry.target); });
  }, { rootMargin: '-25% 0px -75% 0px' });
  chapters.forEach(function (section) { reading.observe(section); });
}
