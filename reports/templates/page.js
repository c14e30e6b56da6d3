// The filter of a page. Without it everything is there to be read; this hides
// what is not asked for, moves between results by keyboard, and copies commands.
(() => {
  'use strict';
  const form = document.querySelector('#filter');
  const hits = [...document.querySelectorAll('.hit')];
  if (!form || hits.length === 0) return;
  const {words, kind, open, close, shown} = form.elements;
  const inside = form.elements.namedItem('in');
  const texts = new Map(); // of a hit, as it is searched; made when first asked for
  const openBefore = new Map(); // groups that a search opened or closed

  const textOf = (hit) => {
    if (!texts.has(hit)) texts.set(hit, hit.textContent.replace(/[»«]/g, '').toLowerCase());
    return texts.get(hit);
  };

  // A section, a table or a folded list without any result in it says nothing.
  const containers = [...document.querySelectorAll('main section, main .group, main .scroll')]
    .filter((box) => box.querySelector('.hit'));

  const apply = () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    const active = wanted.length > 0 || Boolean(kind && kind.value) || Boolean(inside && inside.value);
    let n = 0;
    for (const hit of hits) {
      const is = (!kind || !kind.value || hit.dataset.kind === kind.value) &&
        (!inside || !inside.value || hit.dataset.in === inside.value) &&
        wanted.every((word) => textOf(hit).includes(word));
      hit.hidden = !is;
      if (is) n++;
    }
    for (const box of containers) {
      box.hidden = active && !box.querySelector('.hit:not([hidden])');
      if (!box.matches('.group')) continue;
      if (active && !openBefore.has(box)) openBefore.set(box, box.open);
      if (active) box.open = true;
      else if (openBefore.has(box)) {
        box.open = openBefore.get(box);
        openBefore.delete(box);
      }
    }
    shown.value = active ? `${n} of ${hits.length} shown` : `${hits.length} entries`;
  };

  const reset = () => {
    form.reset();
    apply();
  };

  const visible = () => [...document.querySelectorAll('details.finding.hit:not([hidden])')];

  const move = (step) => {
    const summaries = visible().filter((d) => !d.closest('section[hidden]')).map((d) => d.firstElementChild);
    if (summaries.length === 0) return;
    const at = summaries.findIndex((s) => s.parentElement.contains(document.activeElement));
    const next = at < 0 ? (step > 0 ? 0 : summaries.length - 1) : Math.min(summaries.length - 1, Math.max(0, at + step));
    summaries[next].focus();
    summaries[next].scrollIntoView({block: 'nearest'});
  };

  let slash = false; // is held: the field is entered when it is let go, or the slash would be typed
  document.addEventListener('keyup', () => {
    if (slash) words.focus();
    slash = false;
  });
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') return reset();
    if (event.target.closest('input, select, textarea')) return;
    if (event.key === '/') {
      event.preventDefault();
      slash = true;
    } else if (event.key === 'j') move(1);
    else if (event.key === 'k') move(-1);
  });

  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('input', apply);
  open.addEventListener('click', () => visible().forEach((d) => { d.open = true; }));
  close.addEventListener('click', () => visible().forEach((d) => { d.open = false; }));

  for (const pre of document.querySelectorAll('pre.command')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy';
    button.textContent = 'Copy';
    button.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(pre.textContent);
        button.textContent = 'Copied';
      } catch { // not allowed: select it, so that the next key press copies
        getSelection().selectAllChildren(pre);
        button.textContent = 'Selected';
      }
    });
    pre.before(button);
  }

  form.hidden = false;
  apply();
})();
