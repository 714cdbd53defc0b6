import { FaultQueue } from './faults.ts';
import { listen, type Listener } from './listen.ts';

/** The part of ClawNet's registry behind `whoami`, which asks Sigma Identity for the token's owner. */
export function startClawnetRegistry(sigmaUrl: string): Promise<Listener> {
  return listen({
    faults: new FaultQueue(),
    handler: () => async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname !== '/api/v1/whoami') return Response.json({ error: 'Not found' }, { status: 404 });
      const authorization = request.headers.get('authorization') ?? '';
      const answer = await fetch(`${sigmaUrl}/api/auth/oauth2/userinfo`, { headers: { authorization } });
      if (!answer.ok) return Response.json({ error: 'Unauthorized' }, { status: 401 });
      const claims = (await answer.json()) as { bap_id?: string; pubkey?: string };
      return Response.json({ user: { bapId: claims.bap_id ?? claims.pubkey, pubkey: claims.pubkey } });
    },
  });
}
