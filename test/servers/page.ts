/**
 * The layout of both services' pages. Plain forms without scripts work in every browser.
 */
export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const style = `
  :root { color-scheme: light dark; --ink: light-dark(#1b1f24, #e8eaed); --soft: light-dark(#57606a, #a2a9b1);
    --paper: light-dark(#f3f4f6, #111418); --card: light-dark(#fff, #1b2026); --line: light-dark(#d0d7de, #343b44);
    --accent: light-dark(#0b57d0, #8ab4f8); --on-accent: light-dark(#fff, #0b1a33); --bad: light-dark(#b3261e, #f2a9a4) }
  * { box-sizing: border-box }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem;
    background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
  main { width: min(26rem, 100%); padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px }
  .service { margin: 0; color: var(--soft); font-size: .875rem }
  h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25 }
  form { display: grid; gap: .75rem; margin-top: 1rem }
  label, legend { font-weight: 600 }
  input[type=text] { width: 100%; padding: .6rem .75rem; border: 1px solid var(--line); border-radius: 8px;
    background: var(--paper); color: var(--ink); font: 1.25rem/1.4 ui-monospace, monospace; letter-spacing: .1em }
  fieldset { margin: 0; padding: 0; border: 0; display: grid; gap: .5rem }
  .choice { display: grid; grid-template-columns: auto 1fr; gap: 0 .75rem; align-items: center; padding: .6rem .75rem;
    border: 1px solid var(--line); border-radius: 8px; cursor: pointer }
  .choice:has(:checked) { border-color: var(--accent) }
  .choice small { grid-column: 2; color: var(--soft); font-weight: 400; overflow-wrap: anywhere }
  .buttons { display: grid; grid-auto-flow: column; grid-auto-columns: 1fr; gap: .75rem }
  button { padding: .65rem 1rem; border: 1px solid var(--line); border-radius: 8px; background: transparent;
    color: var(--ink); font: inherit; font-weight: 600; cursor: pointer }
  button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent) }
  button.plain { border: 0; color: var(--accent); font-weight: 400 }
  :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
  code { font-family: ui-monospace, monospace }
  [role=alert] { color: var(--bad) }
`;

export interface Page {
  service: string;
  heading: string;
  /** HTML. Escape texts from outside. */
  body: string;
  alert?: string | undefined;
  status?: number;
}

export function page({ service, heading, body, alert, status = 200 }: Page): Response {
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(heading)} · ${escape(service)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
<main>
<p class="service">${escape(service)}, a stand-in for trying things out</p>
<h1>${escape(heading)}</h1>
${alert === undefined ? '' : `<p role="alert">${escape(alert)}</p>`}
${body}
</main>
</html>`;
  return new Response(html, {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' },
  });
}

export function seeOther(location: string, cookies: string[] = []): Response {
  const response = new Response(null, { status: 303, headers: { location } });
  for (const cookie of cookies) response.headers.append('set-cookie', cookie);
  return response;
}

export async function formOf(request: Request): Promise<URLSearchParams> {
  return new URLSearchParams(await request.text());
}

export function cookieOf(request: Request, name: string): string | undefined {
  const cookies = (request.headers.get('cookie') ?? '').split(/;\s*/);
  return cookies.find((cookie) => cookie.startsWith(`${name}=`))?.slice(name.length + 1);
}
