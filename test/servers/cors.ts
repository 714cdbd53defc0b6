/** Lets pages of any origin use an endpoint, and answers a browser that asks first whether it may. */
export async function withCors(request: Request, work: () => Promise<Response>): Promise<Response> {
  const preflight = request.method === 'OPTIONS';
  const response = preflight ? new Response(null, { status: 204 }) : await work();
  const headers = new Headers(response.headers);
  headers.set('access-control-allow-origin', '*');
  if (preflight) {
    headers.set('access-control-allow-methods', 'GET, POST, DELETE, OPTIONS');
    headers.set('access-control-allow-headers', 'authorization, content-type');
  }
  return new Response(response.body, { status: response.status, headers });
}
