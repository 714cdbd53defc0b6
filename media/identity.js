// A click on a row asks the extension to copy, and its answer is shown for a moment. Other buttons ask for an action.
const SHOWN_MS = 2000;

const extension = acquireVsCodeApi();
const status = document.getElementById('status');
let timer;

function settle() {
  clearTimeout(timer);
  for (const row of document.querySelectorAll('.is-copied')) row.classList.remove('is-copied');
  status.textContent = '';
}

document.addEventListener('click', ({ target }) => {
  const { row, run } = target.closest('button')?.dataset ?? {};
  if (row !== undefined) extension.postMessage({ copy: Number(row) });
  if (run !== undefined) extension.postMessage({ run });
});

window.addEventListener('message', ({ data }) => {
  const row = document.querySelector(`button.row[data-row="${Number(data.copied)}"]`);
  if (row === null) return;
  settle();
  row.classList.add('is-copied');
  status.textContent = `${row.querySelector('.label').textContent}: ${row.querySelector('.copied').textContent}`;
  timer = setTimeout(settle, SHOWN_MS);
});

// A picture may be transparent: the initials under it go when it is there, and it goes when it cannot be had.
const picture = document.querySelector('.avatar img');
picture?.decode().then(
  () => picture.previousElementSibling.remove(),
  () => picture.remove(),
);
