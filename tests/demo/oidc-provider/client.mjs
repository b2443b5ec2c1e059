// A client by other people, against the demonstration provider.
// node client.mjs ISSUER CLIENT_PRIVATE_JWK_FILE CALLBACK ACCOUNT ACR
// Prints what it learnt, as JSON; ends with an error where anything is not as the standard says.
import { readFileSync } from 'node:fs';
import { importJWK } from 'jose';
import * as client from 'openid-client';

const [issuer, keyFile, callback, account, acr] = process.argv.slice(2);
const jwk = JSON.parse(readFileSync(keyFile, 'utf8'));
const key = { key: await importJWK(jwk, 'ES256'), kid: jwk.kid };
const config = await client.discovery(
  new URL(issuer), 'motcua', { id_token_signed_response_alg: 'ES256' }, client.PrivateKeyJwt(key),
  { execute: [client.allowInsecureRequests] },
);
const verifier = client.randomPKCECodeVerifier();
const asked = {
  redirect_uri: callback,
  scope: 'openid',
  state: client.randomState(),
  nonce: client.randomNonce(),
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
  acr_values: acr,
};
const address = client.buildAuthorizationUrl(config, asked);
const form = new URLSearchParams({ ...Object.fromEntries(address.searchParams), account });
const chosen = await fetch(`${issuer}/authorize`, { method: 'POST', body: form, redirect: 'manual' });
const back = new URL(chosen.headers.get('location'));
const tokens = await client.authorizationCodeGrant(config, back, {
  pkceCodeVerifier: verifier, expectedState: asked.state, expectedNonce: asked.nonce,
});
const claims = tokens.claims();
const told = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
console.log(JSON.stringify({ iss: back.searchParams.get('iss'), sub: claims.sub, acr: claims.acr, name: told.fullName }));
