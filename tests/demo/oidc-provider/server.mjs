// An OpenID provider by other people, so that our reading of the standard is not judged by itself.
// node server.mjs PORT CLIENT_PUBLIC_JWK_FILE CALLBACK
// POST /interaction/:uid?account=…&acr=… answers every question it asks.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import Provider from 'oidc-provider';

const [port, keyFile, callback] = process.argv.slice(2);
const people = {
  an: { citizenPid: '999090000017', fullName: 'Nguyễn Văn An', birthDate: '1990-03-12', accountLevel: 2 },
};

const provider = new Provider(`http://localhost:${port}`, {
  clients: [{
    client_id: 'motcua',
    redirect_uris: [callback],
    response_types: ['code'],
    grant_types: ['authorization_code'],
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    id_token_signed_response_alg: 'RS256',
    jwks: { keys: [JSON.parse(readFileSync(keyFile, 'utf8'))] },
  }],
  acrValues: ['loa1', 'loa2'],
  claims: { openid: ['sub', 'citizenPid', 'fullName', 'birthDate', 'accountLevel'], acr: null },
  cookies: { keys: ['only for tests'] },
  features: { devInteractions: { enabled: false } },
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
