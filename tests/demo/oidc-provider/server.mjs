// An OpenID provider by other people, so that our reading of the standard is not judged by itself.
// node server.mjs PORT CLIENT_PUBLIC_JWK_FILE CALLBACK [fapi2]
// POST /interaction/:uid?account=…&acr=… answers every question it asks.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { exportJWK, generateKeyPair } from 'jose';
import Provider from 'oidc-provider';

const [port, keyFile, callback, profile] = process.argv.slice(2);
const isFapi = profile === 'fapi2';
const people = {
  an: { citizenPid: '999090000017', fullName: 'Nguyễn Văn An', birthDate: '1990-03-12', accountLevel: 2 },
};

const provider = new Provider(`http://localhost:${port}`, {
  clients: [{
    client_id: 'motcua',
    redirect_uris: [callback],
    backchannel_logout_uri: callback.replace(/callback$/, 'logout'),
    backchannel_logout_session_required: true,
    response_types: ['code'],
    grant_types: ['authorization_code'],
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    id_token_signed_response_alg: isFapi ? 'ES256' : 'RS256',
    dpop_bound_access_tokens: isFapi,
    require_pushed_authorization_requests: isFapi,
    jwks: { keys: [JSON.parse(readFileSync(keyFile, 'utf8'))] },
  }],
  acrValues: ['loa1', 'loa2', 'loa3', 'loa4'],
  claims: { openid: ['sub', 'citizenPid', 'fullName', 'birthDate', 'accountLevel'], acr: null },
  cookies: { keys: ['only for tests'] },
  features: {
    backchannelLogout: { enabled: true },
    devInteractions: { enabled: false },
    fapi: { enabled: isFapi, profile: '2.0' },
    // Its nonce makes a proof serve only here and only now; the client has to come again with it.
    dPoP: isFapi ? { nonceSecret: Buffer.alloc(32, 'only for tests'), requireNonce: () => true } : {},
    pushedAuthorizationRequests: { requirePushedAuthorizationRequests: isFapi },
  },
  // The key that the provider signs with; made anew at each start.
  ...(isFapi ? { jwks: { keys: [await exportJWK((await generateKeyPair('ES256', { extractable: true })).privateKey)] } } : {}),
  // Here the city is a neighbour on the loopback, to which the provider would else not speak.
  fetch: (url, { dispatcher, ...options }) => globalThis.fetch(url, options),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  pkce: { required: () => true },
  ttl: { AuthorizationCode: 60, AccessToken: 3600, IdToken: 300, Interaction: 300, Session: 300, Grant: 300 },
  findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id, ...people[id] }) }),
});

const answer = async (req, res) => {
  const { searchParams: given } = new URL(req.url, 'http://localhost');
  const { prompt, params, session } = await provider.interactionDetails(req, res);
  if (prompt.name === 'login') {
    const login = { accountId: given.get('account'), acr: given.get('acr') ?? undefined };
    return provider.interactionFinished(req, res, { login });
  }
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope('openid');
  return provider.interactionFinished(req, res, { consent: { grantId: await grant.save() } });
};

const rest = provider.callback();
createServer((req, res) => {
  if (!req.url.startsWith('/interaction/')) return rest(req, res);
  if (req.method === 'GET') return res.end('who is it?');
  return answer(req, res).catch((error) => { res.statusCode = 500; res.end(String(error)); });
}).listen(Number(port), '127.0.0.1', () => console.log('ready'));
