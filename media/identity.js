// A click on a row asks the extension to copy, and its answer is shown for a moment. Other buttons ask for an action.
const SHOWN_MS = 2000;

const extension = acquireVsCodeApi();
const status = document.getElementById('status');
let timer;

function settle() {
  clearTimeout(timer);
  for (const row of document.querySelectorAll('button.row')) row.classList.remove('is-copied', 'is-doubtful');
  for (const doubt of document.querySelectorAll('.doubt')) doubt.textContent = '';
  status.textContent = '';
}

document.addEventListener('click', ({ target }) => {
  const { row, run } = target.closest('button')?.dataset ?? {};
  if (row !== undefined) extension.postMessage({ copy: Number(row) });
  if (run !== undefined) extension.postMessage({ run });
});

// The extension has escaped all texts of others. Who had the focus on a button keeps it, or gets what it was about.
function showClawNet({ html, status: said }) {
  const section = document.getElementById('clawnet');
  if (section === null) return;
  const focused = section.contains(document.activeElement) ? document.activeElement : undefined;
  const run = focused?.dataset.run;
  const about = focused?.getAttribute('aria-describedby');
  section.innerHTML = html;
  if (run !== undefined)
    (section.querySelector(`[data-run="${run}"]`) ?? document.getElementById(about))?.focus({
      preventScroll: true,
    });
  status.textContent = said;
}

window.addEventListener('message', ({ data }) => {
  if (data.clawNet !== undefined) showClawNet(data.clawNet);
  const row = document.querySelector(`button.row[data-row="${Number(data.copied)}"]`);
  if (row === null) return;
  settle();
  row.classList.add(data.doubt === undefined ? 'is-copied' : 'is-doubtful');
  const said = row.querySelector(data.doubt === undefined ? '.copied' : '.doubt');
  if (data.doubt !== undefined) said.textContent = data.doubt;
  status.textContent = `${row.querySelector('.label').textContent}: ${said.textContent}`;
  timer = setTimeout(settle, SHOWN_MS);
});

// A picture may be transparent: the initials under it go when it is there, and it goes when it cannot be had.
const picture = document.querySelector('.avatar img');
picture?.decode().then(
  () => picture.previousElementSibling.remove(),
  () => picture.remove(),
);

// A page that was hidden is drawn anew, as it was at first.
extension.postMessage({ drawn: true });
